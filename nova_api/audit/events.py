"""Events that are written in the transaction of what they tell: both are there, or neither.

async with database.transaction() as connection:
    await change(connection)
    await record(connection, AuditEvent.of_request(request.scope, "user.created", subject=("user", user_id)))
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from typing import Any

import msgspec

from nova_api.auth.principal import caller
from nova_api.http.request_id import request_id
from nova_api.sqltexts import read_sql

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. Never in it: tokens, passwords, bodies as they were sent.

    Attributes:
        action: what was done, as a noun and a verb in the past: `user.created`, `recommendation.overridden`.
        actor: id of the account that acted; None: nobody who is known.
        role: the account's role then.
        subject_kind: what it was done to: `user`, `item`, `alert`, ...
        subject_id: which one.
        details: what is worth knowing beside it; of a change, `before` and `after`.
        status: status of the answer, where it is known by then.
        ip: where the request came from, as the server saw it.
        user_agent_hash: see `hash_user_agent`.
    """

    action: str
    actor: str | None = None
    role: str | None = None
    method: str | None = None
    route: str | None = None
    status: int | None = None
    request_id: str | None = None
    ip: Address | None = None
    user_agent_hash: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    details: Mapping[str, Any] = {}

    @classmethod
    def of_request(
        cls,
        scope: Mapping[str, Any],
        action: str,
        *,
        actor: str | None = None,
        role: str | None = None,
        subject: tuple[str, str] | None = None,
        status: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> AuditEvent:
        """What a request did; actor and role are its caller's unless they are given, as those of who signs in are."""
        principal = caller(scope)
        kind, subject_id = subject or (None, None)
        return cls(
            action=action,
            actor=actor or (principal.user_id if principal else None),
            role=role or (principal.role if principal else None),
            method=scope["method"],
            route=scope.get("path_template"),
            status=status,
            request_id=request_id(scope),
            ip=client_ip(scope),
            user_agent_hash=hash_user_agent(user_agent(scope)),
            subject_kind=kind,
            subject_id=subject_id,
            details=details or {},
        )


async def record(connection: Any, event: AuditEvent) -> None:
    """Write an event in the transaction that `connection` is in.

    Raises:
        asyncpg.PostgresError: it cannot be written; then what it tells must not happen either.
    """
    await connection.execute(
        read_sql("record_event"),
        event.action,
        event.actor,
        event.role,
        event.method,
        event.route,
        event.status,
        event.request_id,
        event.ip,
        event.user_agent_hash,
        event.subject_kind,
        event.subject_id,
        dict(event.details),
    )


def client_ip(scope: Mapping[str, Any]) -> Address | None:
    """Where a request came from, as the server saw it; None where that is no address, as of a socket file."""
    client = scope.get("client")
    try:
        return ipaddress.ip_address(client[0]) if client else None
    except ValueError:
        return None


def user_agent(scope: Mapping[str, Any]) -> bytes:
    """The `User-Agent` of a request; empty where there is none."""
    return next((value for name, value in scope["headers"] if name == b"user-agent"), b"")


def hash_user_agent(agent: bytes) -> str | None:
    """128 bits of the SHA-256 of a User-Agent: tells two clients apart and cannot be read; None of none."""
    return hashlib.sha256(agent).hexdigest()[:32] if agent else None
