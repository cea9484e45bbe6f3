"""How often signing in may be tried: buckets in PostgreSQL, which all workers share and which signing in needs anyway.

Where PostgreSQL is away nobody signs in; nothing else is throttled here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from litestar.types import Scope

from nova_api.audit.events import client_ip
from nova_api.database import Database
from nova_api.errors import ThrottledError
from nova_api.sqltexts import read_sql


@dataclass(frozen=True)
class Bucket:
    """Attempts that are counted together.

    Attributes:
        name: what they have in common, as a digest: what is typed as a name may be a password.
        holds: attempts at once.
        gains: time in which it gains one.
    """

    name: str
    holds: int
    gains: timedelta


def buckets_of(login: str, scope: Scope) -> tuple[Bucket, ...]:
    """The buckets of an attempt, the one that strangers can empty last.

    From one address five attempts at once on one account, then five a minute; twenty on all accounts. On one account,
    from wherever, thirty: somebody who guesses from one address does not lock its owner out.
    """
    address = str(client_ip(scope) or "unknown")
    return (
        Bucket(_digest("address", address), 20, timedelta(seconds=3)),
        Bucket(_digest("both", f"{address}\0{login}"), 5, timedelta(seconds=12)),
        Bucket(_digest("account", login), 30, timedelta(seconds=2)),
    )


def _digest(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


async def take_attempt(database: Database, buckets: tuple[Bucket, ...]) -> None:
    """Count an attempt before anything is checked, so that attempts made at once are all counted.

    Raises:
        ThrottledError: when a bucket is empty; the ones after it keep theirs.
        UnavailableError: when that cannot be known.
    """
    for bucket in buckets:
        async with database.transaction() as connection:
            taken = await connection.fetchrow(read_sql("login_take"), bucket.name, bucket.gains, bucket.holds)
        if taken is None:
            raise ThrottledError("too many attempts to sign in", int(bucket.gains.total_seconds()))
