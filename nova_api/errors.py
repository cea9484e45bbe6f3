"""What can go wrong with a request, in the API's own words; `nova_api.http.problems` turns each into a response."""

from __future__ import annotations

import math


class UnknownError(LookupError):
    """What was asked for does not exist."""


class RefusedError(ValueError):
    """A parameter is well-formed but cannot be used.

    Attributes:
        parameter: name of the parameter as the client wrote it; None where it is not known which one.
        allowed: what could be used; None where the document says it.
    """

    def __init__(self, parameter: str | None, message: str, allowed: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.allowed = allowed


class UnavailableError(RuntimeError):
    """The answer cannot be given now and nothing kept may be given instead.

    Attributes:
        retry_after: seconds after which it is worth asking again.
    """

    def __init__(self, message: str, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OverloadedError(UnavailableError):
    """More is asked at a time than can be answered: this request was shed."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after=1)


class NotWritableError(UnavailableError):
    """This API only reads: it was started without an address to write to."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after=3600)


class UnauthenticatedError(RuntimeError):
    """The caller did not say who they are, or not in a way that can be believed.

    Attributes:
        has_token: whether they sent a token at all.
    """

    def __init__(self, message: str, *, has_token: bool) -> None:
        super().__init__(message)
        self.has_token = has_token


class ForbiddenError(RuntimeError):
    """The caller is known and may not do this."""


class ThrottledError(RuntimeError):
    """The caller has tried too often.

    Attributes:
        retry_after: seconds after which one more try is heard.
    """

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimitedError(ThrottledError):
    """The caller asks more often than anyone may.

    Attributes:
        headers: `RateLimit-Policy` and `RateLimit`, as draft-ietf-httpapi-ratelimit-headers has them: the name of the
            rate, requests that a full bucket holds (q), seconds in which an empty one fills (w); requests that are
            left (r), seconds after which there is one more (t).
    """

    def __init__(self, name: str, burst: int, seconds_to_fill: int, wait: float) -> None:
        seconds = max(1, math.ceil(wait))
        super().__init__(f"more requests than are permitted of one {name}", seconds)
        self.headers = {
            "RateLimit-Policy": f'"{name}";q={burst};w={seconds_to_fill}',
            "RateLimit": f'"{name}";r=0;t={seconds}',
        }


class ConflictError(RuntimeError):
    """It cannot be done to what is there now."""


class PreconditionFailedError(RuntimeError):
    """What `If-Match` names is not what is there now."""


class PreconditionRequiredError(RuntimeError):
    """The request does not say by `If-Match` what it changes."""


class ReusedKeyError(ValueError):
    """An `Idempotency-Key` names another write already."""
