"""How long orders take and what is demanded meanwhile: tables of the lake, and the same in PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from nova_assets.registry.lake import SUMMED_DEMAND
from nova_assets.registry.model import NOT_LOST, STEADY, Column, Grain, Reference, Rule, Table

_LINES = "core.fact_purchase_lines"
_SUMMED = SUMMED_DEMAND.relation
_BASES = ("requested_to_received", "requested_to_ordered")
_DATES = tuple(f"{_LINES}.{column}" for column in ("requested_on", "ordered_on", "received_on"))
_BASIS = Column(
    "basis",
    "text",
    "The days that are meant: from the request to the first receipt, or to the order where the source has no receipts",
    (f"{_LINES}.received_on",),
    allowed=_BASES,
)
_VERSIONED = (
    Column("model_version", "text", "Hashes of code, parameters and data"),
    Column("generated_at", "timestamptz", "When it was computed", volatile=True),
)
_OWNER = "team:data-science"


def _days(name: str, meaning: str) -> Column:
    return Column(name, "double precision", meaning, _DATES, "days", minimum=0)


def _share(name: str, meaning: str) -> Column:
    return Column(name, "double precision", meaning, (f"{_LINES}.supplier_id",), minimum=0, maximum=1)


def _demand(name: str, meaning: str, sources: tuple[str, ...]) -> Column:
    return Column(name, "double precision", meaning, sources, "item's unit", minimum=0)


SUPPLIER_LEAD_TIMES = Table(
    schema="lake",
    name="supplier_lead_times",
    group="forecasting",
    meaning="How many days each supplier takes, as known on each origin: log-normal, drawn towards the portfolio, "
    "lines that were open taken into account. The supplier ALL is one never seen.",
    owner=_OWNER,
    key=("origin", "supplier_id"),
    grain=Grain.WEEKLY,
    window_column="origin",
    reads=("core.dim_item",),
    columns=(
        Column("origin", "date", "Monday of the estimate; what lies before it was known"),
        Column("supplier_id", "text", "Supplier; ALL = one never seen", (f"{_LINES}.supplier_id",)),
        _BASIS,
        Column("lines", "integer", "Finished lines of materials", (f"{_LINES}.supplier_id",), "lines", minimum=0),
        Column(
            "excluded_lines",
            "integer",
            "Lines that are no waits: regularisations, receipts before the request, unknown dates",
            (f"{_LINES}.after_the_fact",),
            "lines",
            minimum=0,
        ),
        Column("open_lines", "integer", "Lines that were still open", (f"{_LINES}.is_open",), "lines", minimum=0),
        Column("mu", "double precision", "Mean of the logarithm of days", _DATES),
        Column(
            "sigma", "double precision", "Standard deviation of the next line's logarithm of days", _DATES, minimum=0
        ),
        _share("mean_weight", "Part of the supplier's own lines in mu, the rest is the portfolio's"),
        _share("variance_weight", "Part of the supplier's own scatter in sigma, the rest is the portfolio's"),
        _days("mean_days", "Mean"),
        _days("p50_days", "Median"),
        _days("p90_days", "Nine of ten lines take no longer"),
        _days("p95_days", "95 of 100 lines take no longer"),
        *_VERSIONED,
    ),
)

LEAD_TIME_DEMAND = Table(
    schema="lake",
    name="lead_time_demand",
    group="forecasting",
    meaning="Demand of an item from one order to the arrival of the next: over its lead time, random, and the review "
    "period together, all sites. A reorder point is a quantile of it.",
    owner=_OWNER,
    key=("origin", "item_id", "site_id"),
    grain=Grain.WEEKLY,
    window_column="origin",
    reads=("core.dim_item",),
    columns=(
        Column("origin", "date", "Monday of the forecast; what lies before it was known", (f"{_SUMMED}.origin",)),
        Column("item_id", "text", "Item", (f"{_SUMMED}.item_id",)),
        Column("site_id", "text", "Site; ALL = all sites together", (f"{_SUMMED}.site_id",)),
        Column(
            "supplier_id",
            "text",
            "Supplier of most lines of the last 52 weeks; null: none known, the portfolio's lead time is taken",
            (f"{_LINES}.supplier_id",),
            nullable=True,
        ),
        Column(
            "supplier_lines",
            "integer",
            "Lines of the last 52 weeks, whose suppliers the lead time is mixed from",
            (f"{_LINES}.supplier_id",),
            "lines",
            minimum=0,
        ),
        replace(_BASIS, sources=("lake.supplier_lead_times.basis",)),
        _days("lead_time_mean_days", "Mean lead time of the item"),
        _days("lead_time_p90_days", "Nine of ten orders take no longer"),
        Column("review_period_days", "integer", "Days between two looks at an item", unit="days", minimum=1),
        _demand("lead_time_demand", "Expected demand over the lead time", (f"{_SUMMED}.forecast_value",)),
        _demand("expected_demand", "Expected demand over lead time and review period", (f"{_SUMMED}.forecast_value",)),
        *(
            _demand(f"q{level:02}", f"{level} % quantile over lead time and review period", (f"{_SUMMED}.q{level:02}",))
            for level in (5, 10, 50, 80, 90, 95, 99)
        ),
        Column(
            "quantiles",
            "double precision[]",
            "Quantiles at 1 %, 2 %, … 99 % over lead time and review period",
            tuple(f"{_SUMMED}.q{level:02}" for level in (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99)),
            "item's unit",
        ),
        _share("beyond_share", "Chance that lead time and review period are longer than the longest demand forecast"),
        *_VERSIONED,
    ),
)


def loaded(table: Table, rule: Rule, references: tuple[Reference, ...] = ()) -> Table:
    """The same table in PostgreSQL, made of the lake's columns."""
    return replace(
        table,
        schema="analytics",
        group="load",
        columns=tuple(replace(column, sources=(f"{table.relation}.{column.name}",)) for column in table.columns),
        reads=(),
        warns=(STEADY, NOT_LOST),
        rules=(rule,),
        references=references,
    )


SUPPLIER_LEAD_TIMES_LOADED = loaded(
    SUPPLIER_LEAD_TIMES,
    Rule("supplier_lead_times_hold_the_portfolio", "Every origin has one row of ALL, and percentiles rise"),
)
LEAD_TIME_DEMAND_LOADED = loaded(
    LEAD_TIME_DEMAND,
    Rule("lead_time_quantiles_rise", "There are 99 quantiles, rising with their level, the named ones among them"),
    (Reference(("item_id",), "core.dim_item", ("item_id",)),),
)

LAKE = (SUPPLIER_LEAD_TIMES, LEAD_TIME_DEMAND)
TABLES = (SUPPLIER_LEAD_TIMES_LOADED, LEAD_TIME_DEMAND_LOADED)
