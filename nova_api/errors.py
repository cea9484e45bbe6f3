"""What can go wrong with a request, in the API's own words; `nova_api.http.problems` turns each into a response."""

from __future__ import annotations


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


class ConflictError(RuntimeError):
    """It cannot be done to what is there now."""


class PreconditionFailedError(RuntimeError):
    """What `If-Match` names is not what is there now."""


class PreconditionRequiredError(RuntimeError):
    """The request does not say by `If-Match` what it changes."""


class ReusedKeyError(ValueError):
    """An `Idempotency-Key` names another write already."""
