"""Writes that may be sent twice: the second time they are answered as the first time, and nothing is written.

The answer is kept in the transaction of the write, so it is there exactly when what was written is. Of two that come at
once the second waits for the first. A write that was refused is not kept: it may be tried again under the same key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from nova_api.errors import ReusedKeyError
from nova_api.sqltexts import read_sql


class WriteAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a write is answered with."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fingerprint(path: str, asked: msgspec.Struct) -> str:
    """What tells one write from another under the same key: where it goes and what it says."""
    return hashlib.sha256(path.encode() + b"\0" + msgspec.json.encode(asked, order="sorted")).hexdigest()


async def answer_once(
    connection: Any, actor: str, key: str, wanted: str, write: Callable[[], Awaitable[WriteAnswer]]
) -> WriteAnswer:
    """Write and keep the answer, or give the answer that is kept under the key of this account.

    Raises:
        ReusedKeyError: when the key was used for a write with another fingerprint than `wanted`.
    """
    await connection.execute(read_sql("take_turns"), f"idempotent {actor} {key}")
    kept = await connection.fetchrow(read_sql("kept_answer"), actor, key)
    if kept is not None:
        if kept["fingerprint"] != wanted:
            raise ReusedKeyError("this Idempotency-Key was used for another write: take a new one for each")
        return WriteAnswer(status=kept["status"], headers=kept["headers"], body=kept["body"])
    await connection.execute(read_sql("forget_answers"), actor, key)
    answer = await write()
    await connection.execute(
        read_sql("keep_answer"), actor, key, wanted, answer.status, dict(answer.headers), answer.body
    )
    return answer
