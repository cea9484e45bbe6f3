"""Alerts: what the rules of `sql/planning/alerts/` find, opened, kept and closed day by day.

A file there is a rule of its name. It yields level, subject_kind, subject_id, cause, value, threshold and details, one
row for each cause, and may use %(as_of)s (the last day of data), %(today)s (null where nothing runs by schedule) and
the fields of `AlertThresholds`.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import dagster as dg

from nova_assets import settings
from nova_assets.factories import asset_key, check_specs, publication_events, table_spec
from nova_assets.partitions import FIRST_DAY, today
from nova_assets.planning.alerts.thresholds import AlertThresholds
from nova_assets.publication import Query
from nova_assets.registry import core
from nova_assets.registry.alerts import ALERTS
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import all_sql, table_sql

FACTS = (core.FACT_PURCHASE_LINES, core.FACT_DEMAND_DAILY, core.FACT_INVENTORY_DAILY)
"""The last day of any of them is the day that alerts are of."""


def findings_sql() -> str:
    """What all rules find, as one SELECT."""
    return "\nUNION ALL\n".join(
        f"SELECT '{rule}' AS rule, level, subject_kind, subject_id, cause, value::double precision AS value,"
        f" threshold::double precision AS threshold, details FROM (\n{text}\n) AS {rule}"
        for rule, text in all_sql("planning/alerts").items()
    )


ALERTS_SQL = f"WITH findings AS (\n{findings_sql()}\n)\nSELECT * FROM (\n{table_sql(ALERTS)}\n) AS told"

alert_acknowledgements = dg.AssetSpec(
    asset_key("support.alert_acknowledgements"),
    description="What planners did about alerts: acknowledged, snoozed until a day. Written by the API.",
    group_name="external",
    kinds={"postgres"},
    deps=[asset_key(ALERTS.relation)],
)


@dg.multi_asset(
    name="analytics__alerts",
    specs=[table_spec(ALERTS, kinds={"postgres", "sql"}, code=ALERTS_SQL)],
    check_specs=check_specs(ALERTS),
    pool="warehouse",
)
def alerts(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Tell what is new, what goes on and what has ended on the last day of data."""
    parameters = {
        "as_of": last_day(warehouse),
        "today": today() if settings.schedules_run() else None,
        **asdict(AlertThresholds.from_settings()),
    }
    query = Query(ALERTS_SQL, parameters)
    yield from publication_events(context, lambda: [warehouse.replace_range(ALERTS, None, query, context.run.run_id)])


def last_day(warehouse: Warehouse) -> Any:
    """The last day that the source has come to; the first of all where nothing is loaded."""
    with warehouse.connect() as connection:
        row = connection.execute(
            "SELECT max(data_through) FROM support.dataset_versions WHERE dataset = ANY (%s)",
            [[table.relation for table in FACTS]],
        ).fetchone()
    return (row and row[0]) or FIRST_DAY
