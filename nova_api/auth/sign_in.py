"""Signing in, renewing a session and signing out."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from litestar.types import Scope

from nova_api.audit.events import AuditEvent, record
from nova_api.auth.passwords import Passwords, weakness
from nova_api.auth.permissions import Role
from nova_api.auth.throttle import buckets_of, take_attempt
from nova_api.auth.tokens import Claims, Subject, Tokens
from nova_api.database import Database
from nova_api.errors import RefusedError, UnauthenticatedError
from nova_api.settings import Settings
from nova_api.sqltexts import read_sql
from nova_api.users import accounts
from nova_api.users.schemas import UserChange


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A token for somebody who has shown who they are."""

    token: str
    claims: Claims
    refresh_token: str | None
    refresh_expires_at: datetime | None

    def __repr__(self) -> str:
        """Whose it is, without the tokens."""
        return f"Grant(claims={self.claims!r})"


@dataclass(frozen=True)
class Entrance:
    """Lets people in and out."""

    settings: Settings
    database: Database
    tokens: Tokens
    passwords: Passwords

    async def sign_in(self, scope: Scope, login: str, password: str) -> Grant:
        """A token for the account of this name and password.

        Raises:
            UnauthenticatedError: when there is no such account, it is disabled, or the password is another one; nobody
                is told which, and each takes the same work.
            ThrottledError: when it was tried too often.
            UnavailableError: when PostgreSQL cannot be reached.
        """
        login = login.strip().lower()
        buckets = buckets_of(login, scope)
        await take_attempt(self.database, buckets)
        row = await self._account(login)
        kept: str | None = row["password_hash"] if row is not None and row["active"] else None
        right = await self.passwords.verified(password, kept)
        renewed = await self.passwords.hashed(password) if right and kept and self.passwords.outdated(kept) else None
        async with self.database.transaction() as connection:
            if right and row is not None and await _signs_in(connection, row, renewed):
                await connection.execute(read_sql("login_forget"))
                await connection.execute(read_sql("login_give_back"), buckets[1].name)
                await record(connection, _event(scope, "auth.signed_in", row))
                return await self._granted(connection, _subject(row, row["token_epoch"]))
            await record(connection, _refusal(scope, row))
        raise UnauthenticatedError("the name or the password is wrong", has_token=False)

    async def renew(self, scope: Scope, refresh_token: str) -> Grant:
        """A new token, and a new refresh token, for one that was not used yet.

        Raises:
            UnauthenticatedError: when it is none, has ended, or was used before; then its session ends, for one of the
                two who had it stole it.
            UnavailableError: when PostgreSQL cannot be reached.
        """
        digest = _digest(refresh_token)
        async with self.database.transaction() as connection:
            row = await connection.fetchrow(read_sql("refresh_take"), digest)
            if row is not None and row["used_at"] is not None:
                await self._end_session(connection, row["session_id"], row["user_id"], row["user_id"])
                await record(connection, _event(scope, "auth.refresh_reused", row))
            elif row is not None and _is_good(row):
                await connection.execute(read_sql("refresh_use"), digest)
                await record(connection, _event(scope, "auth.renewed", row))
                return await self._granted(
                    connection, _subject(row, row["token_epoch"]), row["session_id"], row["expires_at"]
                )
        raise UnauthenticatedError("the refresh token is not good, or not any more: sign in", has_token=True)

    async def change_password(self, scope: Scope, user_id: str, current: str, new: str) -> Grant:
        """Change a user's own password; all tokens so far are void, and the answer is a new one.

        Raises:
            RefusedError: when the current password is another one, or the new one may not be used.
            ThrottledError: when it was tried too often.
            UnavailableError: when PostgreSQL cannot be reached.
        """
        async with self.database.transaction(read_only=True) as connection:
            login = (await accounts.read(connection, user_id)).login
        await take_attempt(self.database, buckets_of(login, scope))
        row = await self._account(login)
        if row is None or not await self.passwords.verified(current, row["password_hash"]):
            async with self.database.transaction() as connection:
                await record(connection, _refusal(scope, row))
            raise RefusedError("current_password", "this is not the password of the account")
        if reason := weakness(new, login, row["name"]):
            raise RefusedError("new_password", reason)
        hashed = await self.passwords.hashed(new)
        async with self.database.transaction() as connection:
            await accounts.change(connection, user_id, UserChange(), hashed, user_id, row["version"])
            await record(connection, _event(scope, "auth.password_changed", row))
            return await self._granted(connection, _subject(row, row["token_epoch"] + 1))

    async def sign_out(self, scope: Scope, claims: Claims) -> None:
        """Make a token void, and its session with it.

        Raises:
            UnavailableError: when PostgreSQL cannot be reached.
        """
        async with self.database.transaction() as connection:
            arguments = (claims.jti, claims.sub, claims.expires_at, claims.sub)
            await connection.execute(read_sql("token_revoke"), *arguments)
            await record(connection, AuditEvent.of_request(scope, "auth.signed_out", subject=("user", claims.sub)))
            if claims.sid is not None:
                await self._end_session(connection, claims.sid, claims.sub, claims.sub)

    async def _account(self, login: str) -> Any:
        async with self.database.transaction(read_only=True) as connection:
            return await connection.fetchrow(read_sql("user_by_login"), login)

    async def _granted(
        self, connection: Any, subject: Subject, session: str | None = None, ends: datetime | None = None
    ) -> Grant:
        if self.settings.refresh_lifetime is None:
            token, claims = self.tokens.issue(subject, self.settings.token_lifetime)
            return Grant(token=token, claims=claims, refresh_token=None, refresh_expires_at=None)
        session = session or secrets.token_hex(16)
        ends = ends or datetime.now(UTC) + timedelta(seconds=self.settings.refresh_lifetime)
        token, claims = self.tokens.issue(subject, self.settings.token_lifetime, session)
        refresh = secrets.token_urlsafe(32)
        arguments = (_digest(refresh), session, subject.user_id, subject.epoch, ends)
        await connection.execute(read_sql("refresh_keep"), *arguments)
        return Grant(token=token, claims=claims, refresh_token=refresh, refresh_expires_at=ends)

    async def _end_session(self, connection: Any, session: str, user_id: str, actor: str) -> None:
        await connection.execute(read_sql("refresh_end"), session)
        # The last token of the session may have been made just now.
        ends = datetime.now(UTC) + timedelta(seconds=self.settings.token_lifetime)
        await connection.execute(read_sql("token_revoke"), session, user_id, ends, actor)


async def _signs_in(connection: Any, row: Any, renewed_hash: str | None) -> bool:
    # False when the account was changed while its password was checked.
    arguments = (row["user_id"], row["token_epoch"], renewed_hash)
    return await connection.fetchrow(read_sql("user_signed_in"), *arguments) is not None


def _event(scope: Scope, action: str, row: Any) -> AuditEvent:
    account = ("user", row["user_id"])
    return AuditEvent.of_request(scope, action, actor=row["user_id"], role=row["role"], subject=account)


def _refusal(scope: Scope, row: Any) -> AuditEvent:
    # Never the name that was typed: it may be a password.
    if row is None:
        return AuditEvent.of_request(scope, "auth.refused", details={"reason": "no such account"})
    reason = "wrong password" if row["active"] else "disabled account"
    return AuditEvent.of_request(scope, "auth.refused", subject=("user", row["user_id"]), details={"reason": reason})


def _subject(row: Any, epoch: int) -> Subject:
    return Subject(user_id=row["user_id"], name=row["name"], role=Role(row["role"]), epoch=epoch)


def _is_good(row: Any) -> bool:
    return row["active"] and row["token_epoch"] == row["current_epoch"] and row["expires_at"] > datetime.now(UTC)


def _digest(refresh_token: str) -> bytes:
    return hashlib.sha256(refresh_token.encode()).digest()
