"""The typed registry of every table that Nova makes: the one place that says what a table holds."""

from nova_assets.registry import (
    alerts,
    analytics,
    core,
    erp,
    external,
    kpis,
    lake,
    lead_times,
    planning,
    planning_simulation,
    quality,
    readings,
    recommendations,
    staging,
)
from nova_assets.registry.model import Column, Drift, Grain, Kind, Reference, Rule, Severity, Table

PLANNING: tuple[Table, ...] = (
    *planning.TABLES,
    *planning_simulation.TABLES,
    *recommendations.TABLES,
    alerts.ALERTS,
)
"""What is made of a day once its forecasts are there."""

TABLES: tuple[Table, ...] = (
    *staging.TABLES,
    *erp.TABLES,
    *core.TABLES,
    *analytics.TABLES,
    *lead_times.TABLES,
    *readings.TABLES,
    *PLANNING,
    recommendations.RECOMMENDATION_OUTCOMES,
    *external.TABLES,
    *kpis.TABLES,
    *quality.TABLES,
)
LAKE: tuple[Table, ...] = (*lake.TABLES, *lead_times.LAKE, *readings.LAKE)
ALL: tuple[Table, ...] = (*TABLES, *LAKE)
VIEWS: tuple[Table, ...] = tuple(table for table in TABLES if table.kind is Kind.VIEW)


def table(relation: str) -> Table:
    """The entry of `schema.table`.

    Raises:
        KeyError: when the registry has no such table.
    """
    for entry in ALL:
        if entry.relation == relation:
            return entry
    raise KeyError(f"No table {relation!r} in the registry")


__all__ = [
    "ALL",
    "LAKE",
    "PLANNING",
    "TABLES",
    "VIEWS",
    "Column",
    "Drift",
    "Grain",
    "Kind",
    "Reference",
    "Rule",
    "Severity",
    "Table",
    "table",
]
