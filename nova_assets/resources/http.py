"""HTTP as a Dagster resource: polite, patient and suspicious of what it is given.

Connections that fail, answers of 5xx and 429, and answers that break off are tried again with exponential backoff and
jitter, or after the seconds that the server asks for. Requests to one host keep a distance from each other. Whatever
is larger than expected is refused while it is read, not after.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Lock
from typing import TypeVar

import dagster as dg
import httpx
import stamina
from pydantic import PrivateAttr

T = TypeVar("T")
MEGABYTE = 1024 * 1024
TOO_MANY_REQUESTS = 429


class SourceUnreachableError(Exception):
    """The host did not give a whole answer, however often it was asked: no network, or a server in trouble."""


class RequestRefusedError(Exception):
    """The server understood the request and refuses it (4xx): asking again would not help.

    Attributes:
        status: HTTP status.
        body: the beginning of the answer.
    """

    def __init__(self, place: str, status: int, body: str) -> None:
        super().__init__(f"{place} refused the request with status {status}: {body[:300]}")
        self.status = status
        self.body = body


class AnswerTooLargeError(Exception):
    """The answer is larger than it can sensibly be."""


class _TryAgainError(Exception):
    """An answer that asks for another attempt; `after` are the seconds that the server wants, if it said so."""

    def __init__(self, message: str, after: float | None) -> None:
        super().__init__(message)
        self.after = after


class Http(dg.ConfigurableResource):
    """GET requests to public sources.

    Attributes:
        user_agent: who asks; public services ask for a name to write to before they block an address.
        attempts: requests for one answer, the first included.
        first_wait_seconds: wait before the second attempt; each further one waits twice as long, plus jitter.
        longest_wait_seconds: no single wait is longer; a server that asks for more counts as unreachable.
        connect_seconds: patience for a connection.
        read_seconds: patience between two pieces of an answer.
        whole_answer_seconds: patience for one whole answer.
        requests_per_second: at most, to one host and from one run; pools hold back the other runs.
        max_bytes: largest answer, after decompression, unless the caller says otherwise.
        mirrors: origin to ask instead of a public one, such as a proxy of the house: public origin to own origin.
    """

    user_agent: str = "nova-corrente (supply planning; python-httpx)"
    attempts: int = 4
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    whole_answer_seconds: float = 300.0
    requests_per_second: float = 2.0
    max_bytes: int = 20 * MEGABYTE
    mirrors: dict[str, str] = {}  # noqa: RUF012 — pydantic copies the default

    _next_turn: dict[str, float] = PrivateAttr(default_factory=dict)
    _turns: Lock = PrivateAttr(default_factory=Lock)

    def get(self, url: str, params: dict[str, str] | None = None, max_bytes: int | None = None) -> bytes:
        """The body of the answer.

        Raises:
            SourceUnreachableError: no whole answer after all attempts.
            RequestRefusedError: the server answered 4xx other than 429.
            AnswerTooLargeError: more than `max_bytes`.
        """
        return self._persist(url, lambda: b"".join(self._pieces(url, params, max_bytes or self.max_bytes)))

    def save(self, url: str, path: Path, max_bytes: int) -> None:
        """Write the body of the answer to `path`, without holding it in memory; raises what `get` raises."""

        def write() -> None:
            with path.open("wb") as file:
                for piece in self._pieces(url, None, max_bytes):
                    file.write(piece)

        self._persist(url, write)

    def _persist(self, url: str, attempt: Callable[[], T]) -> T:
        caller = stamina.RetryingCaller(
            attempts=self.attempts,
            timeout=None,
            wait_initial=self.first_wait_seconds,
            wait_max=self.longest_wait_seconds,
            wait_jitter=self.first_wait_seconds,
        )
        try:
            return caller.on(self._may_try_again)(attempt)
        except (httpx.RequestError, _TryAgainError) as error:
            reason = str(error) or type(error).__name__
            raise SourceUnreachableError(f"{_place(url)} cannot be reached: {reason}") from error

    def _may_try_again(self, error: Exception) -> bool | float:
        if isinstance(error, _TryAgainError) and error.after is not None:
            return error.after if error.after <= self.longest_wait_seconds else False
        return isinstance(error, httpx.RequestError | _TryAgainError)

    def _pieces(self, url: str, params: dict[str, str] | None, max_bytes: int) -> Iterator[bytes]:
        received, deadline = 0, time.monotonic() + self.whole_answer_seconds
        with self._answer(url, params) as answer:
            for piece in answer.iter_bytes():
                received += len(piece)
                if received > max_bytes:
                    raise AnswerTooLargeError(f"{_place(url)} sent more than {max_bytes:,} bytes; reading was stopped.")
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout(f"the answer took more than {self.whole_answer_seconds:g} seconds")
                yield piece

    @contextmanager
    def _answer(self, url: str, params: dict[str, str] | None) -> Iterator[httpx.Response]:
        self._wait_for_turn(httpx.URL(url).host)
        timeout = httpx.Timeout(self.read_seconds, connect=self.connect_seconds)
        with (
            httpx.Client(timeout=timeout, headers={"User-Agent": self.user_agent}, follow_redirects=True) as client,
            client.stream("GET", self._mirrored(url), params=params) as answer,
        ):
            if answer.status_code == TOO_MANY_REQUESTS or answer.is_server_error:
                raise _TryAgainError(f"status {answer.status_code}", _retry_after(answer))
            if not answer.is_success:
                raise RequestRefusedError(_place(url), answer.status_code, _beginning(answer))
            yield answer

    def _mirrored(self, url: str) -> str:
        for origin, mirror in self.mirrors.items():
            if url.startswith(f"{origin}/"):
                return mirror + url.removeprefix(origin)
        return url

    def _wait_for_turn(self, host: str) -> None:
        """Requests to a host start at least 1 / `requests_per_second` seconds apart."""
        with self._turns:
            now = time.monotonic()
            turn = max(now, self._next_turn.get(host, now))
            self._next_turn[host] = turn + 1 / self.requests_per_second
        time.sleep(turn - now)


def _place(url: str) -> str:
    """Host and path alone: a query may hold a key."""
    parsed = httpx.URL(url)
    return f"{parsed.host}{parsed.path}"


def _beginning(answer: httpx.Response) -> str:
    """As much of a refusal as a person wants to read."""
    for piece in answer.iter_bytes(chunk_size=2048):
        return piece.decode(errors="replace")
    return ""


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds that the header Retry-After asks for, in either of its two forms (RFC 9110, 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
