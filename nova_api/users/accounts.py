"""Accounts in `support.users`: what the addresses and the command do to them, and what the audit is told of it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from nova_api.auth.permissions import Role
from nova_api.auth.tokens import Subject
from nova_api.errors import ConflictError, PreconditionFailedError, UnknownError
from nova_api.sqltexts import read_sql
from nova_api.users.schemas import NewUser, User, UserChange

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('support.users', 0))"
"""Who may manage users is decided one change at a time: two administrators cannot disable each other at once."""


async def create(connection: Any, new: NewUser, password_hash: str | None, actor: str) -> User:
    """Make an account.

    Raises:
        ConflictError: when the sign-in name is taken.
    """
    row = await connection.fetchrow(read_sql("user_create"), new.login, new.name, new.role, password_hash, actor)
    if row is None:
        raise ConflictError(f"there is a user {new.login} already")
    return _user(row)


async def create_first_admin(connection: Any, new: NewUser, password_hash: str | None, actor: str) -> User:
    """Make the first account that may manage the others.

    Raises:
        ConflictError: when there is an active ADMIN, or the sign-in name is taken.
    """
    await connection.execute(LOCK)
    if await connection.fetchval(read_sql("user_other_admins"), None):
        raise ConflictError("there is an ADMIN already, who can make others")
    return await create(connection, new, password_hash, actor)


async def read(connection: Any, user_id: str) -> User:
    """One account.

    Raises:
        UnknownError: when there is none of this id.
    """
    row = await connection.fetchrow(read_sql("user"), user_id)
    if row is None:
        raise UnknownError("there is no such user")
    return _user(row)


async def listed(connection: Any, role: Role | None = None, active: bool | None = None) -> list[User]:
    """Accounts in the order of their sign-in names; None: whatever the role, whether active or not."""
    return [_user(row) for row in await connection.fetch(read_sql("user_list"), role, active)]


async def by_login(connection: Any, login: str) -> User:
    """The account of a sign-in name.

    Raises:
        UnknownError: when there is none.
    """
    row = await connection.fetchrow(read_sql("user_by_login"), login)
    if row is None:
        raise UnknownError(f"there is no user {login}")
    return _user(row)


async def change(
    connection: Any, user_id: str, wanted: UserChange, password_hash: str | None, actor: str, version: int | None = None
) -> tuple[User, User]:
    """Change an account; a change of role, activity or password makes its tokens void. Returns it before and after.

    Args:
        user_id: the account.
        wanted: what to change.
        password_hash: hash of the wanted password, where there is one.
        actor: user_id of who changes it.
        version: the version that must still be there; None: whichever.

    Raises:
        PreconditionFailedError: when another version is there.
        ConflictError: when nobody could manage users afterwards.
        UnknownError: when there is no such account.
    """
    await connection.execute(LOCK)
    now = await read(connection, user_id)
    if version is not None and now.version != version:
        raise PreconditionFailedError("the user was changed since it was read")
    role = now.role if wanted.role is UNSET else Role(wanted.role)
    active = now.active if wanted.active is UNSET else bool(wanted.active)
    name = now.name if wanted.name is UNSET else str(wanted.name)
    manages, will_manage = now.role is Role.ADMIN and now.active, role is Role.ADMIN and active
    if manages and not will_manage and not await connection.fetchval(read_sql("user_other_admins"), now.user_id):
        raise ConflictError("this is the last active ADMIN: make another one first")
    voids = role is not now.role or active != now.active or password_hash is not None
    row = await connection.fetchrow(
        read_sql("user_change"), now.user_id, name, role, active, password_hash, actor, voids
    )
    return now, _user(row)


def _user(row: Any) -> User:
    return msgspec.convert(dict(row), User)


async def void_tokens(connection: Any, user_id: str, actor: str) -> User:
    """Make all tokens of an account void and leave the account as it is."""
    nothing = (None, None, None, None)
    return _user(await connection.fetchrow(read_sql("user_change"), user_id, *nothing, actor, True))


async def token_subject(connection: Any, login: str) -> Subject:
    """An active account as its tokens describe it.

    Raises:
        UnknownError: when there is none of this name.
        ConflictError: when it is disabled.
    """
    row = await connection.fetchrow(read_sql("user_by_login"), login)
    if row is None:
        raise UnknownError(f"there is no user {login}")
    if not row["active"]:
        raise ConflictError(f"the user {login} is disabled")
    return Subject(user_id=row["user_id"], name=row["name"], role=Role(row["role"]), epoch=row["token_epoch"])


def described(user: User) -> dict[str, Any]:
    """What the audit keeps of an account."""
    return {"login": user.login, "name": user.name, "role": user.role.value, "active": user.active}


def difference(before: User, after: User, *, password_changed: bool) -> dict[str, Any]:
    """What the audit keeps of a change: that a password was changed, never which."""
    return {"before": described(before), "after": described(after), "password_changed": password_changed}
