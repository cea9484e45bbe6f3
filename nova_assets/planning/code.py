"""What an asset of planning is made by: its code version follows from it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from types import ModuleType

from nova_assets.registry import Table
from nova_assets.sqlfiles import check_sql, read_sql


def code_of(table: Table, modules: Iterable[ModuleType], queries: Iterable[str]) -> str:
    """The texts of the modules that compute a table, of its queries in `sql/planning/`, and of its rules."""
    return "\n".join(
        [
            *(inspect.getsource(module) for module in modules),
            *(read_sql(f"planning/{name}.sql") for name in queries),
            *(check_sql(rule.name) for rule in table.rules),
        ]
    )
