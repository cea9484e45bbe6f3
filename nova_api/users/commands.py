"""`python -m nova_api users …` and `tokens …`: accounts and service tokens, for who administers the machine.

They need what the API needs: NOVA_API_WRITE_DATABASE_URL, and NOVA_API_TOKEN_KEYS.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from nova_api.audit.events import AuditEvent, record
from nova_api.auth.passwords import Passwords, generated, weakness
from nova_api.auth.permissions import Role
from nova_api.auth.tokens import BadTokenError, Tokens
from nova_api.database import Database
from nova_api.errors import ConflictError, RefusedError, UnavailableError, UnknownError
from nova_api.settings import key_ring, load
from nova_api.sqltexts import read_sql
from nova_api.users import accounts
from nova_api.users.schemas import NewUser, User, UserChange

ACTOR = "command"
DAY_SECONDS = 24 * 3600
REFUSALS = (ConflictError, RefusedError, UnavailableError, UnknownError)
Action = Callable[["Desk", argparse.Namespace], Awaitable[None]]


@dataclass(frozen=True)
class Desk:
    """Where a command is carried out."""

    database: Database
    tokens: Tokens
    passwords: Passwords


@asynccontextmanager
async def _desk() -> AsyncIterator[Desk]:
    settings = load(os.environ)
    database = Database(settings)
    await database.open()
    try:
        yield Desk(database, Tokens(key_ring(settings)), Passwords())
    finally:
        await database.close()


def add_to(commands: Any) -> None:
    """Add both commands to the parser's."""
    _add_users(commands.add_parser("users", help="accounts: make, list, change", description="Accounts of the API."))
    _add_tokens(commands.add_parser("tokens", help="tokens: issue, revoke", description="Tokens of the API."))


def _add_users(parser: argparse.ArgumentParser) -> None:
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    first = _command(group, "first-admin", first_admin, "make the first ADMIN; refused when there is one")
    first.add_argument("--login", default="admin", help="what is signed in with (default: admin)")
    first.add_argument("--name", default="Administrator", help="name for people")
    _add_password(first)
    make = _command(group, "create", create, "make an account")
    make.add_argument("login", help="what is signed in with: a short name or an e-mail address, in lower case")
    make.add_argument("--name", required=True, help="name for people")
    make.add_argument("--role", required=True, choices=[role.value for role in Role], help="what it may do")
    _add_password(make)
    make.add_argument("--no-password", action="store_true", help="for a service: tokens are issued to it")
    listing = _command(group, "list", show, "list the accounts")
    listing.add_argument("--json", action="store_true", help="for programs")
    role = _command(group, "set-role", set_role, "change what an account may do; its tokens are void afterwards")
    role.add_argument("login")
    role.add_argument("role", choices=[role.value for role in Role])
    for name, active, meaning in (
        ("disable", False, "let an account in no more; its tokens are void at once"),
        ("enable", True, "let a disabled account in again"),
    ):
        _command(group, name, partial(set_active, active=active), meaning).add_argument("login")
    reset = _command(group, "reset-password", reset_password, "give an account another password; its tokens are void")
    reset.add_argument("login")
    _add_password(reset)


def _add_tokens(parser: argparse.ArgumentParser) -> None:
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    issue = _command(group, "issue", issue_token, "print a token for an account, e.g. for a program that reads")
    issue.add_argument("--user", required=True, metavar="LOGIN", help="whom it speaks for")
    issue.add_argument("--days", type=int, default=30, choices=range(1, 367), metavar="1..366", help="default: 30")
    revoke = _command(group, "revoke", revoke_token, "make a token void that standard input holds, or all of a user")
    revoke.add_argument("--user", metavar="LOGIN", help="all tokens of this user, instead of one")


def _command(group: Any, name: str, action: Action, meaning: str) -> argparse.ArgumentParser:
    parser = group.add_parser(name, help=meaning, description=meaning)
    parser.set_defaults(run=partial(_run, action))
    return parser


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="take the password from standard input (asked for on a terminal); else one is made and printed",
    )


def _run(action: Action, options: argparse.Namespace) -> int:
    async def carried_out() -> None:
        async with _desk() as desk:
            await action(desk, options)

    try:
        asyncio.run(carried_out())
    except REFUSALS as error:
        print(f"nova_api: {error}", file=sys.stderr)
        return 1
    return 0


async def first_admin(desk: Desk, options: argparse.Namespace) -> None:
    """Make the first ADMIN."""
    await _make(desk, options, Role.ADMIN, accounts.create_first_admin)


async def create(desk: Desk, options: argparse.Namespace) -> None:
    """Make an account."""
    await _make(desk, options, Role(options.role), accounts.create)


async def _make(desk: Desk, options: argparse.Namespace, role: Role, make: Callable[..., Awaitable[User]]) -> None:
    password = None if getattr(options, "no_password", False) else _password(options, options.login, options.name)
    try:
        new = msgspec.convert({"login": options.login, "name": options.name, "role": role}, NewUser)
    except msgspec.ValidationError as error:
        raise RefusedError(None, str(error)) from error
    hashed = await desk.passwords.hashed(password) if password is not None else None
    async with desk.database.transaction() as connection:
        user = await make(connection, new, hashed, ACTOR)
        await _record(connection, "user.created", user, {"after": accounts.described(user)})
    print(f"made {user.login} ({user.role})")
    _tell(options, password)


async def show(desk: Desk, options: argparse.Namespace) -> None:
    """List the accounts."""
    async with desk.database.transaction(read_only=True) as connection:
        users = await accounts.listed(connection)
    if options.json:
        print(json.dumps(msgspec.to_builtins(users), indent=2))
        return
    for user in users:
        seen = f"{user.last_login_at:%Y-%m-%d %H:%M}" if user.last_login_at else "never"
        state = "active" if user.active else "disabled"
        print(f"{user.login:30} {user.role:8} {state:9} signed in {seen:17} {user.name}")


async def set_role(desk: Desk, options: argparse.Namespace) -> None:
    """Change what an account may do."""
    user = await _change(desk, options.login, UserChange(role=Role(options.role)))
    print(f"{user.login} is {user.role}; its tokens are void")


async def set_active(desk: Desk, options: argparse.Namespace, *, active: bool) -> None:
    """Let an account in, or not."""
    user = await _change(desk, options.login, UserChange(active=active))
    print(f"{user.login} is {'active' if user.active else 'disabled, and its tokens are void'}")


async def reset_password(desk: Desk, options: argparse.Namespace) -> None:
    """Give an account another password."""
    password = _password(options, options.login)
    await _change(desk, options.login, UserChange(), await desk.passwords.hashed(password))
    print(f"the password of {options.login} is another one; its tokens are void")
    _tell(options, password)


async def issue_token(desk: Desk, options: argparse.Namespace) -> None:
    """Print a token."""
    async with desk.database.transaction() as connection:
        subject = await accounts.token_subject(connection, options.user)
        token, claims = desk.tokens.issue(subject, options.days * DAY_SECONDS)
        user = await accounts.read(connection, subject.user_id)
        await _record(connection, "token.issued", user, {"token_id": claims.jti, "days": options.days})
    print(token)


async def revoke_token(desk: Desk, options: argparse.Namespace) -> None:
    """Make one token void, or all of a user."""
    async with desk.database.transaction() as connection:
        if options.user:
            user = await accounts.by_login(connection, options.user)
            await accounts.void_tokens(connection, user.user_id, ACTOR)
            await _record(connection, "token.revoked", user, {"token_id": "all"})
            print(f"all tokens of {user.login} are void")
            return
        try:
            claims = desk.tokens.read(sys.stdin.readline().strip())
        except BadTokenError as error:
            raise RefusedError(None, str(error)) from error
        await connection.execute(read_sql("token_revoke"), claims.jti, claims.sub, claims.expires_at, ACTOR)
        user = await accounts.read(connection, claims.sub)
        await _record(connection, "token.revoked", user, {"token_id": claims.jti})
    print(f"the token of {user.login} is void")


async def _change(desk: Desk, login: str, wanted: UserChange, password_hash: str | None = None) -> User:
    async with desk.database.transaction() as connection:
        user = await accounts.by_login(connection, login)
        before, after = await accounts.change(connection, user.user_id, wanted, password_hash, ACTOR)
        details = accounts.difference(before, after, password_changed=password_hash is not None)
        await _record(connection, "user.changed", after, details)
    return after


async def _record(connection: Any, action: str, user: User, details: dict[str, Any]) -> None:
    event = AuditEvent(action=action, actor=ACTOR, subject_kind="user", subject_id=user.user_id, details=details)
    await record(connection, event)


def _password(options: argparse.Namespace, *names: str) -> str:
    if not options.password_stdin:
        return generated()
    given = getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if reason := weakness(given, *names):
        raise RefusedError("password", reason)
    return given


def _tell(options: argparse.Namespace, password: str | None) -> None:
    if password is not None and not options.password_stdin:
        print(f"password: {password}")
