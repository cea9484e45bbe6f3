"""Reads the SQL texts of the project. A file's path tells what it makes: `sql/core/dim_item.sql`, `core.dim_item`."""

from functools import cache

from nova_assets.registry.model import Table
from nova_assets.settings import PROJECT_ROOT

SQL_ROOT = PROJECT_ROOT / "sql"


@cache
def read_sql(path: str) -> str:
    """The text of `sql/<path>`.

    Raises:
        FileNotFoundError: when there is no such file.
    """
    return (SQL_ROOT / path).read_text(encoding="utf-8")


def all_sql(folder: str) -> dict[str, str]:
    """The texts of all files of `sql/<folder>`, by name, in its order."""
    return {file.stem: read_sql(f"{folder}/{file.name}") for file in sorted((SQL_ROOT / folder).glob("*.sql"))}


def table_sql(table: Table) -> str:
    """The query that makes a table."""
    return read_sql(f"{table.group}/{table.name}.sql")


def check_sql(rule: str) -> str:
    """The query that selects the rows which break a rule."""
    return read_sql(f"checks/{rule}.sql")


def revision_sql(revision: str) -> str:
    """The script of a migration."""
    return read_sql(f"migrations/versions/{revision}.sql")
