"""What each failure of PostgreSQL means to a client: SQLSTATE and driver errors to the API's own errors.

The driver's text never reaches a client; it is logged where the error is translated.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from nova_api.errors import RefusedError, UnavailableError

log = logging.getLogger(__name__)

UNREACHABLE = "the warehouse cannot be reached"
NOT_SET_UP = "the warehouse has no such table yet: apply the migrations"

UNAVAILABLE = {
    "08": UNREACHABLE,
    "28": "the warehouse refuses the API's role",
    "3D000": NOT_SET_UP,
    "53": "the warehouse has no room for another query",
    "57P": UNREACHABLE,
    "57014": "the query took too long",
    "40": "the warehouse asked to try again",
    "25P03": UNREACHABLE,
    "3F000": NOT_SET_UP,
    "42P01": NOT_SET_UP,
    "42703": NOT_SET_UP,
    "55000": "this figure has not been computed yet",
}
"""SQLSTATE, or its beginning, to the reason of a 503."""

REFUSED = ("22003", "22007", "22008", "22021", "22P02")
"""SQLSTATEs of a value that no query can use: a number or date out of range, a text that is none."""


def unavailable_reason(sqlstate: str) -> str | None:
    """Why a failure with this SQLSTATE is worth asking again; None when it is not."""
    longest_first = sorted(UNAVAILABLE, key=len, reverse=True)
    return next((UNAVAILABLE[prefix] for prefix in longest_first if sqlstate.startswith(prefix)), None)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the API's own errors for those of the database.

    Raises:
        UnavailableError: when the database is gone, full or late.
        RefusedError: when a value of the request cannot be used by the query.
        asyncpg.PostgresError: when the query itself is wrong; that is a fault of the API.
    """
    try:
        yield
    except asyncpg.PostgresError as error:
        sqlstate: str = getattr(error, "sqlstate", None) or ""
        if reason := unavailable_reason(sqlstate):
            log.warning("database unavailable: SQLSTATE %s: %s", sqlstate, error)
            raise UnavailableError(reason) from error
        if sqlstate in REFUSED:
            log.info("value refused by the database: SQLSTATE %s: %s", sqlstate, error)
            raise RefusedError(None, "a value of the request is out of range or not of the right form") from error
        raise
    except (OSError, TimeoutError, asyncpg.InterfaceError) as error:
        if isinstance(error, ValueError):  # the driver cannot encode an argument: a fault of the API
            raise
        log.warning("database unavailable: %s: %s", type(error).__name__, error)
        raise UnavailableError(UNREACHABLE) from error
