"""Tables of planning are made day by day: each from what was known at its end, none without its forecast."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
import pyarrow as pa

from nova_assets.factories import publication_events
from nova_assets.partitions import Window, key_range, latest_origin
from nova_assets.publication import Published, Stream
from nova_assets.registry import Table
from nova_assets.resources.warehouse import Warehouse

# A forecast of no item was made all the same: what was published without a row is told by the publication.
_FORECAST = """
    SELECT origin FROM unnest(%s::date[]) AS wanted (origin)
    WHERE
        (
            EXISTS (SELECT FROM analytics.lead_time_demand AS demand WHERE demand.origin = wanted.origin)
            AND EXISTS (SELECT FROM analytics.features_demand_profile AS profile WHERE profile.origin = wanted.origin)
        )
        OR (
            SELECT count(DISTINCT dataset) = 2
            FROM support.publications
            WHERE
                dataset IN ('analytics.lead_time_demand', 'analytics.features_demand_profile')
                AND version IS NOT NULL AND wanted.origin BETWEEN first_day AND last_day
        )
"""


@dataclass(frozen=True)
class Planned:
    """What a day is planned to be.

    Attributes:
        tables: its rows, in as many tables as the day is made in.
        shown: makes the metadata that Dagster shows of the day; asked of the last day of a run alone.
    """

    tables: Iterable[pa.Table]
    shown: Callable[[], Mapping[str, Any]]


def publish_days(
    context: dg.AssetExecutionContext, warehouse: Warehouse, table: Table, plan: Callable[[date], Planned]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Publish the run's days in order, one table in memory at a time, with what the last one has to show.

    Raises:
        dagster.Failure: see `require_forecasts`; or checks refused the rows.
    """
    window = Window(*key_range(context))
    require_forecasts(warehouse, window)
    shown: dict[str, Any] = {}

    def tables() -> Iterator[pa.Table]:
        for day in window.days():
            made = plan(day)
            yield from made.tables
            if day == window.last:
                shown.update(made.shown())

    def publish() -> list[Published]:
        return [warehouse.replace_range(table, window, Stream(tables), context.run.run_id)]

    for event in publication_events(context, publish):
        yield (
            event._replace(metadata={**(event.metadata or {}), **shown})
            if isinstance(event, dg.MaterializeResult)
            else event
        )


def require_forecasts(warehouse: Warehouse, days: Window) -> None:
    """Refuse days whose forecasts are not there: their old plan stays.

    Raises:
        dagster.Failure: naming the origins, and what makes them.
    """
    wanted = sorted({latest_origin(day) for day in days.days()})
    with warehouse.connect() as connection:
        found = connection.execute(_FORECAST, [wanted]).fetchall()
    if missing := [origin for origin in wanted if (origin,) not in found]:
        span = f"{missing[0]}" if len(missing) == 1 else f"{len(missing)} origins from {missing[0]} to {missing[-1]}"
        raise dg.Failure(
            f"Demand over the lead time, or its profiles, are missing for {span}, and these days are planned by it: "
            "make it first (`nova backfill --origin`). Nothing was planned; the former plan stays.",
            allow_retries=False,
        )
