"""Reads of demand over time."""

from __future__ import annotations

from nova_api.database import Snapshot
from nova_api.items.units import item_unit
from nova_api.limits import PROBE_ROWS, within_limit
from nova_api.series.schemas import Grain, SeriesPoint, Timeseries, TimeseriesRequest
from nova_api.sqltexts import read_sql

TEXTS: dict[Grain, str] = {"week": "demand_weekly", "day": "demand_daily"}


async def timeseries(snapshot: Snapshot, asked: TimeseriesRequest) -> Timeseries:
    """Demand of one item by week or by day.

    Raises:
        UnknownError: when there is no such item.
        RefusedError: when the span has too many rows.
    """
    unit = await item_unit(snapshot, asked.item_id)
    rows = await snapshot.rows(read_sql(TEXTS[asked.grain]), asked.item_id, asked.first, asked.last, PROBE_ROWS)
    return Timeseries(
        item_id=asked.item_id,
        unit=unit,
        grain=asked.grain,
        data=[SeriesPoint(**row) for row in within_limit(rows, "from")],
        versions=snapshot.versions,
    )
