"""Which tokens still count: accounts and revocations, followed in the memory of this process.

No request asks the database. A token of a signature that holds is void when its account is disabled, when it was made
before the account's last change of role, password or activity, or when it or its session was revoked.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from nova_api.auth.tokens import BadTokenError, Claims
from nova_api.cache.policy import DAY
from nova_api.errors import UnavailableError
from nova_api.follower import Follower
from nova_api.settings import Settings

UNKNOWN = "who may come in cannot be read"


@dataclass(frozen=True)
class Standing:
    """The accounts as they were read.

    Attributes:
        epochs: current epoch of each active account.
        revoked: ids of tokens and sessions that are void.
        read_at: Unix time of the reading.
    """

    epochs: Mapping[str, int]
    revoked: frozenset[str]
    read_at: float


class Accounts(Follower):
    """Follows `support.users` and `support.revoked_tokens`."""

    subject = "accounts"
    channel = "nova_accounts"
    query = "account_standings"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._standing: Standing | None = None

    def learn(self, rows: Sequence[asyncpg.Record]) -> None:
        """Take over the rows of both tables."""
        epochs = {row["id"]: row["epoch"] for row in rows if row["kind"] == "account"}
        revoked = frozenset(row["id"] for row in rows if row["kind"] == "revoked")
        self._standing = Standing(epochs, revoked, time.time())

    @property
    def confirmed(self) -> bool:
        """Whether what is known can be relied on: the connection stands and the reading is recent."""
        standing = self._standing
        recent = standing is not None and time.time() - standing.read_at <= 3 * self._settings.poll_interval
        return recent and self.connected

    def surely_counts(self, claims: Claims) -> bool:
        """Whether a token counts by what is known here; false also where `check` would have to find out."""
        standing = self._standing
        return (
            standing is not None
            and standing.epochs.get(claims.sub) == claims.epoch
            and claims.jti not in standing.revoked
            and claims.sid not in standing.revoked
            and time.time() - standing.read_at <= DAY
        )

    async def check(self, claims: Claims) -> None:
        """Check that a token still counts.

        Raises:
            BadTokenError: when it does not.
            UnavailableError: when it cannot be known: the accounts were never read, or not for a day, or this one is
                newer than the last reading.
        """
        standing = self._standing
        if standing is not None and standing.epochs.get(claims.sub, 0) < claims.epoch:
            if not self.confirmed:
                raise UnavailableError(UNKNOWN)
            await self.read_again()
            standing = self._standing
        if standing is None or time.time() - standing.read_at > DAY:
            raise UnavailableError(UNKNOWN)
        epoch = standing.epochs.get(claims.sub)
        if epoch is None:
            raise BadTokenError("the account is disabled")
        if claims.epoch != epoch:
            raise BadTokenError("the account's role, password or activity has changed since the token was made")
        if claims.jti in standing.revoked or claims.sid in standing.revoked:
            raise BadTokenError("the token was revoked")
