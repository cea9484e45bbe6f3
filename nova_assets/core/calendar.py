"""The calendar: days with the holidays of Brazil and Bahia, from the library `holidays`."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import holidays
import pyarrow as pa

from nova_assets.factories import asset_key, check_specs, publication_events, table_spec
from nova_assets.partitions import FIRST_DAY, TIMEZONE, monday
from nova_assets.registry.core import DIM_CALENDAR
from nova_assets.resources.warehouse import Warehouse

STATE = "BA"
HOLIDAYS_VERSION = version("holidays")

public_holidays = dg.AssetSpec(
    asset_key("public.holidays"),
    description="Holidays of Brazil and its states, as the Python library `holidays` lists them.",
    group_name="external",
    kinds={"python"},
)


@dg.multi_asset(
    name="core__dim_calendar",
    specs=[table_spec(DIM_CALENDAR, kinds={"python", "postgres"}, code=HOLIDAYS_VERSION + STATE)],
    check_specs=check_specs(DIM_CALENDAR),
    pool="warehouse",
)
def dim_calendar(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Days from the first partition to the end of next year."""
    last = date(datetime.now(ZoneInfo(TIMEZONE)).year + 1, 12, 31)
    yield from publication_events(
        context,
        lambda: [warehouse.replace_range(DIM_CALENDAR, None, calendar(FIRST_DAY, last), context.run.run_id)],
        holidays_library=HOLIDAYS_VERSION,
    )


def calendar(first: date, last: date) -> pa.Table:
    """The rows of `core.dim_calendar` for the days `first` to `last`, both inclusive."""
    names = holidays.country_holidays("BR", subdiv=STATE, years=range(first.year, last.year + 1), language="pt_BR")
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return pa.Table.from_pylist([_row(day, names.get(day)) for day in days])


def _row(day: date, holiday: str | None) -> dict[str, Any]:
    weekend = day.isoweekday() >= 6
    return {
        "date": day,
        "week": monday(day),
        "month": day.replace(day=1),
        "year": day.year,
        "iso_week": day.isocalendar().week,
        "weekday": day.isoweekday(),
        "is_weekend": weekend,
        "is_holiday": holiday is not None,
        "holiday_name": holiday,
        "is_business_day": not weekend and holiday is None,
    }
