"""The SQL of the API: `sql/api/<name>.sql`, read once."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

SQL_ROOT = Path(__file__).resolve().parent.parent / "sql" / "api"


@cache
def read_sql(name: str) -> str:
    """The text of `sql/api/<name>.sql`.

    Raises:
        FileNotFoundError: when there is no such file.
    """
    return (SQL_ROOT / f"{name}.sql").read_text(encoding="utf-8")


def digest() -> str:
    """A digest of all texts: answers made by other SQL are other answers."""
    sha = hashlib.sha256()
    for path in sorted(SQL_ROOT.rglob("*.sql")):
        sha.update(path.relative_to(SQL_ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()
