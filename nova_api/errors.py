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
