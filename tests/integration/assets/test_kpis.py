"""KPIs against an independent count in Python, on the whole demo ERP and on cases made by hand."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from nova_assets import registry, settings
from nova_assets.kpis.assets import PARTS
from nova_assets.kpis.parameters import KpiParameters
from nova_assets.materialize import kpi_stages
from nova_assets.partitions import DAY, WEEK, Window, monday
from nova_assets.publication import Query
from nova_assets.registry.kpis import KPI_DAILY
from nova_assets.settings import PROJECT_ROOT
from nova_assets.sqlfiles import all_sql
from tests.conftest import Database
from tests.support.pipeline import Pipeline

SEPTEMBER = Window(date(2025, 9, 1), date(2025, 9, 30))
QUARTER, HALF_YEAR = 91 * DAY, 26 * WEEK
Sum = list[float]


@dataclass(frozen=True)
class Place:
    """An item in a stocking place on a day."""

    item: dict[str, Any]
    site_id: str
    day: date
    opening: float
    on_hand: float
    cost: float
    issued: float
    lines: int
    last_stock: date | None

    @property
    def was_stocked(self) -> bool:
        return self.last_stock is not None and self.last_stock > self.day - QUARTER

    @property
    def value(self) -> float:
        return max(self.on_hand, 0) * self.cost

    @property
    def inflow(self) -> bool:
        return self.on_hand - self.opening + self.issued > 1e-9 and (self.opening > 0 or self.was_stocked)


@dataclass(frozen=True)
class Company:
    """What core says, as Python reads it."""

    items: dict[str, dict[str, Any]]
    stock: dict[tuple[str, str, date], tuple[float, float]]
    issues: dict[tuple[str, str, date], tuple[float, int]]
    demand: list[dict[str, Any]]
    lines: list[dict[str, Any]]

    def places(self, days: Window) -> Iterator[Place]:
        """Every item and place of the days."""
        lately: dict[tuple[str, str], date] = {}
        for (item, site, day), (on_hand, cost) in sorted(self.stock.items(), key=lambda entry: entry[0][2]):
            if day in days:
                issued, lines = self.issues.get((item, site, day), (0.0, 0))
                opening = self.stock[item, site, day - DAY][0]
                last = lately.get((item, site))
                yield Place(self.items[item], site, day, opening, on_hand, cost, issued, lines, last)
            if on_hand > 0:
                lately[item, site] = day

    def usual_issue(self) -> dict[str, float]:
        sums: dict[str, Sum] = defaultdict(lambda: [0.0, 0.0])
        for (item, _, _), (quantity, lines) in self.issues.items():
            sums[item][0] += quantity
            sums[item][1] += lines
        return {item: quantity / lines for item, (quantity, lines) in sums.items()}


@pytest.fixture(scope="module")
def company(loaded_erp: Pipeline) -> Company:
    def read(table: str) -> list[dict[str, Any]]:
        return loaded_erp.rows(f"SELECT * FROM core.{table}")

    return Company(
        {row["item_id"]: row for row in read("dim_item")},
        {
            (row["item_id"], row["site_id"], row["date"]): (float(row["on_hand"]), float(row["unit_cost_brl"]))
            for row in read("fact_inventory_daily")
        },
        {
            (row["item_id"], row["site_id"], row["date"]): (float(row["quantity"]), row["issue_lines"])
            for row in read("fact_issues_daily")
        },
        read("fact_demand_daily"),
        loaded_erp.rows("SELECT * FROM core.fact_purchase_lines INNER JOIN core.dim_item USING (item_id)"),
    )


def of_month(pipeline: Pipeline, kpi: str, month: date = SEPTEMBER.first) -> dict[tuple[str, str], Any]:
    """Numerator and denominator of a KPI in a month, by member."""
    return {
        (row["dimension"], row["member"]): (row["numerator"], row["denominator"])
        for row in pipeline.rows(
            "SELECT * FROM analytics.mv_kpi_period WHERE grain = 'month' AND period = %s AND kpi = %s", month, kpi
        )
        if row["value"] is not None or row["dimension"] != "all"
    }


def added(rows: Iterator[tuple[Sequence[tuple[str, str]], float, float]]) -> dict[tuple[str, str], Any]:
    """Sums by member, of rows with the members they count for."""
    sums: dict[tuple[str, str], Sum] = defaultdict(lambda: [0.0, 0.0])
    for members, numerator, denominator in rows:
        for member in members:
            sums[member][0] += numerator
            sums[member][1] += denominator
    return {
        member: (pytest.approx(first, rel=1e-9, abs=1e-6), pytest.approx(second, rel=1e-9))
        for member, (first, second) in sums.items()
        if second
    }


def members_of(place: Place) -> list[tuple[str, str]]:
    return [("all", "ALL"), ("family", place.item["family"]), ("site", place.site_id)]


COUNTED: dict[str, Callable[[Place, dict[str, float]], tuple[float, float]]] = {
    "stockout_rate": lambda p, _: (p.on_hand <= 0 and p.was_stocked, p.on_hand > 0 or p.was_stocked),
    "fill_rate_lines": lambda p, _: (p.lines * (p.opening > 0), p.lines),
    "fill_rate_units": lambda p, usual: (
        (p.issued / usual[p.item["item_id"]] * (p.opening > 0), p.issued / usual[p.item["item_id"]])
        if p.lines
        else (0, 0)
    ),
    "sla_exposure_rate": lambda p, _: (
        p.lines * (p.opening <= 0) * (p.item["criticality"] == "H"),
        p.lines * (p.item["criticality"] == "H"),
    ),
    "cycle_service_rate": lambda p, _: (p.inflow and p.opening > 0, p.inflow),
    "turnover": lambda p, _: (365 * p.issued * p.cost, p.value),
    "days_of_supply": lambda p, _: (p.value, p.issued * p.cost),
}


@pytest.mark.parametrize("kpi", COUNTED)
def test_stock_and_service_of_a_month_are_what_python_counts_by_family_and_place(
    loaded_erp: Pipeline, company: Company, kpi: str
):
    usual = company.usual_issue()
    expected = added((members_of(place), *COUNTED[kpi](place, usual)) for place in company.places(SEPTEMBER))
    found = of_month(loaded_erp, kpi)
    assert {member: sums for member, sums in found.items() if member[0] != "client" and sums[1]} == expected
    assert len(expected) > 6


def test_value_of_stock_is_the_mean_of_its_days_and_its_cost_their_sum(
    loaded_erp: Pipeline, company: Company, monkeypatch: pytest.MonkeyPatch
):
    by_day: dict[tuple[str, str], dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for place in company.places(SEPTEMBER):
        for member in members_of(place):
            by_day[member][place.day] += place.value
    rows = loaded_erp.rows(
        "SELECT * FROM analytics.mv_kpi_period WHERE grain = 'month' AND period = %s"
        " AND kpi IN ('inventory_value_brl', 'carrying_cost_brl')",
        SEPTEMBER.first,
    )
    found = {(row["kpi"], row["dimension"], row["member"]): row["value"] for row in rows}
    for (dimension, member), days in by_day.items():
        assert found["inventory_value_brl", dimension, member] == pytest.approx(sum(days.values()) / len(days))
        assert found["carrying_cost_brl", dimension, member] == pytest.approx(sum(days.values()) * 0.25 / 365)
    assert len(found) == 2 * len(by_day)

    monkeypatch.setenv("NOVA_HOLDING_RATE", "0.5")
    assert KpiParameters.from_settings().holding_rate == 0.5
    monkeypatch.setenv("NOVA_HOLDING_RATE", "half")
    with pytest.raises(settings.InvalidSettingError, match="NOVA_HOLDING_RATE"):
        KpiParameters.from_settings()


def test_service_of_a_client_is_that_of_the_lines_for_its_towers(loaded_erp: Pipeline, company: Company):
    waited: dict[tuple[str, date], Sum] = defaultdict(lambda: [0.0, 0.0])
    for (item, site, day), (_, lines) in company.issues.items():
        if (item, site, day - DAY) in company.stock:
            waited[item, day][0] += lines * (company.stock[item, site, day - DAY][0] <= 0)
            waited[item, day][1] += lines
    clients = {
        row["site_id"]: row["client"]
        for row in loaded_erp.rows("SELECT site_id, client FROM core.dim_site WHERE client IS NOT NULL")
    }

    def served() -> Iterator[tuple[Sequence[tuple[str, str]], float, float]]:
        for row in company.demand:
            key = (row["item_id"], row["date"])
            if row["date"] in SEPTEMBER and row["site_id"] in clients and key in waited:
                late, lines = waited[key]
                member = ("client", clients[row["site_id"]])
                yield [member], row["request_lines"] * (1 - late / lines), row["request_lines"]

    expected = added(served())
    found = of_month(loaded_erp, "fill_rate_lines")
    assert {member: sums for member, sums in found.items() if member[0] == "client"} == expected
    assert len(expected) >= 3


EVENTS: dict[str, tuple[str, Callable[[dict[str, Any]], float | None]]] = {
    "after_the_fact_rate": ("requested_on", lambda line: float(line["after_the_fact"])),
    "purchase_time_days": (
        "ordered_on",
        lambda line: None if line["after_the_fact"] else (line["ordered_on"] - line["requested_on"]).days,
    ),
    "supplier_lead_time_days": (
        "received_on",
        lambda line: (
            (line["received_on"] - line["ordered_on"]).days if line["received_on"] >= line["ordered_on"] else None
        ),
    ),
    "received_share": (
        "received_on",
        lambda line: (
            None if line["received_qty"] is None else min(1.0, float(line["received_qty"] / line["ordered_qty"]))
        ),
    ),
    "on_time_rate": (
        "promised_on",
        lambda line: (
            None
            if line["promised_on"] < line["ordered_on"] or (line["rest_cancelled"] and not line["received_on"])
            else float(line["received_on"] is not None and line["received_on"] <= line["promised_on"])
        ),
    ),
}


@pytest.mark.parametrize("kpi", EVENTS)
def test_purchases_of_a_month_are_what_python_counts_by_family_site_and_supplier(
    loaded_erp: Pipeline, company: Company, kpi: str
):
    day, value = EVENTS[kpi]

    def events() -> Iterator[tuple[Sequence[tuple[str, str]], float, float]]:
        for line in company.lines:
            if line["is_service"] or line[day] is None or line[day] not in SEPTEMBER:
                continue
            figure = value(line)
            if figure is not None:
                members = [(kind, line[f"{kind}_id"]) for kind in ("site", "supplier")]
                yield [("all", "ALL"), ("family", line["family"]), *members], figure, 1

    expected = added(events())
    assert of_month(loaded_erp, kpi) == expected
    assert len(expected) > 20


def test_excess_and_dead_stock_are_what_the_last_half_year_did_not_use(loaded_erp: Pipeline, company: Company):
    sunday = date(2025, 9, 28)
    weekly: dict[str, dict[date, float]] = defaultdict(dict)
    for row in loaded_erp.rows("SELECT item_id, week, demand FROM analytics.features_demand_weekly"):
        weekly[row["item_id"]][row["week"]] = float(row["demand"])
    held: dict[str, dict[date, Sum]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for (item, _, day), (on_hand, cost) in company.stock.items():
        if day in (sunday, sunday - HALF_YEAR) and not company.items[item]["is_service"]:
            held[item][day][0] += max(on_hand, 0)
            held[item][day][1] += max(on_hand, 0) * cost
    dead = excess = total = 0.0
    for item, days in held.items():
        quantity, value = days[sunday]
        total += value
        lately = [demand for week, demand in weekly[item].items() if sunday - HALF_YEAR < week <= sunday - 6 * DAY]
        if not sum(lately) and days[sunday - HALF_YEAR][0] > 0:
            dead += value
        elif lately and quantity:
            excess += value * max(0.0, 1 - 26 * sum(lately) / len(lately) / quantity)
    # A year of data is too short for what lay there for a year: dead is asked for after half a year here.
    parameters = asdict(replace(KpiParameters.from_settings(), dead_weeks=26))
    with (
        psycopg.connect(loaded_erp.database.pipeline_url) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        rows = cursor.execute(
            all_sql("kpis/daily")["excess"].encode(), {**parameters, "first": sunday, "last": sunday}
        ).fetchall()
    found = {row["kpi"]: row for row in rows if row["dimension"] == "all"}
    assert dead > 0
    assert excess > 0
    for kpi, value in (("dead_stock", dead), ("excess_stock", excess)):
        assert found[f"{kpi}_brl"]["numerator"] == pytest.approx(value)
        assert (found[f"{kpi}_rate"]["numerator"], found[f"{kpi}_rate"]["denominator"]) == pytest.approx((value, total))
    known = loaded_erp.rows(
        "SELECT kpi, reason, min(period) AS first FROM analytics.mv_kpi_period"
        " WHERE kpi IN ('dead_stock_rate', 'excess_stock_rate') AND grain = 'month' AND dimension = 'all' GROUP BY 1, 2"
    )
    assert {(row["kpi"], row["reason"], row["first"]) for row in known} == {
        ("dead_stock_rate", "history_too_short", date(2024, 11, 1)),
        ("excess_stock_rate", "history_too_short", date(2024, 11, 1)),
        ("excess_stock_rate", None, date(2025, 4, 1)),
    }


def test_longer_periods_add_up_their_days_and_average_no_ratio(loaded_erp: Pipeline):
    assert loaded_erp.one(
        """
        SELECT count(*)
        FROM analytics.mv_kpi_period AS whole
        INNER JOIN (
            SELECT grains.grain, date_trunc(grains.grain, date::timestamp)::date AS period, dimension, member, kpi,
                sum(numerator) AS numerator, sum(denominator) AS denominator
            FROM analytics.kpi_daily CROSS JOIN (VALUES ('week'), ('month')) AS grains (grain)
            GROUP BY 1, 2, 3, 4, 5
        ) AS days USING (grain, period, dimension, member, kpi)
        WHERE abs(whole.numerator - days.numerator) <= 1e-9 * abs(days.numerator)
            AND whole.denominator IS NOT DISTINCT FROM days.denominator
            AND (whole.value = whole.numerator / nullif(whole.denominator, 0) OR whole.denominator = 0
                OR (whole.denominator IS NULL AND whole.value = whole.numerator))
        """
    ) == loaded_erp.one("SELECT count(*) FROM analytics.mv_kpi_period WHERE grain <> 'day' AND numerator IS NOT NULL")
    days = loaded_erp.rows(
        "SELECT value, denominator FROM analytics.mv_kpi_period WHERE grain = 'day' AND kpi = 'fill_rate_lines'"
        " AND dimension = 'all' AND period BETWEEN %s AND %s AND value IS NOT NULL",
        *(SEPTEMBER.first, SEPTEMBER.last),
    )
    numerator, denominator = of_month(loaded_erp, "fill_rate_lines")["all", "ALL"]
    mean_of_days = sum(row["value"] for row in days) / len(days)
    assert abs(mean_of_days - numerator / denominator) > 1e-3


def test_a_day_is_measured_alike_in_whatever_window_it_is_made(loaded_erp: Pipeline):
    query = Query(PARTS, asdict(KpiParameters.from_settings()))
    made = loaded_erp.warehouse.replace_range(KPI_DAILY, Window(date(2025, 9, 10), date(2025, 9, 23)), query)
    assert made.rows > 1000
    assert not made.changed


def test_every_kpi_has_its_unit_one_row_of_the_document_and_a_value_or_a_reason(loaded_erp: Pipeline):
    kpis = {row["kpi"] for row in loaded_erp.rows("SELECT DISTINCT kpi FROM analytics.mv_kpi_period")}
    assert {row["kpi"] for row in loaded_erp.rows("SELECT DISTINCT kpi FROM analytics.kpi_daily")} <= kpis
    document = (PROJECT_ROOT / "docs" / "kpis.md").read_text(encoding="utf-8")
    counted = Counter(kpi for line in document.splitlines() if line.startswith("| `") for kpi in line.split("`")[1:2])
    assert {kpi: counted[kpi] for kpi in kpis} == dict.fromkeys(kpis, 1)
    assert loaded_erp.one("SELECT count(*) FROM analytics.mv_kpi_period WHERE (value IS NULL) = (reason IS NULL)") == 0
    # Nothing was forecast here: that is said of every week.
    reasons = loaded_erp.rows("SELECT DISTINCT reason FROM analytics.mv_kpi_period WHERE kpi = 'forecast_wape'")
    assert [row["reason"] for row in reasons] == ["no_forecast_of_the_period"]


def test_classes_and_suppliers_hold_every_item_and_every_order(loaded_erp: Pipeline):
    profiles = loaded_erp.one(
        "SELECT count(*) FROM analytics.features_demand_profile"
        " WHERE origin = (SELECT max(origin) FROM analytics.features_demand_profile)"
    )
    for condition in ("family = 'ALL'", "family <> 'ALL'"):
        assert loaded_erp.one(f"SELECT sum(items) FROM analytics.mv_abc_xyz WHERE {condition}") == profiles
    lines = loaded_erp.rows(
        "SELECT * FROM core.fact_purchase_lines INNER JOIN core.dim_item USING (item_id)"
        " WHERE NOT is_service AND ordered_on > (SELECT max(requested_on) FROM core.fact_purchase_lines) - 364"
    )
    by_supplier: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        by_supplier[line["supplier_id"]].append(line)
    found = {row["supplier_id"]: row for row in loaded_erp.rows("SELECT * FROM analytics.mv_supplier_performance")}
    assert found.keys() == by_supplier.keys()
    for supplier, own in by_supplier.items():
        days = [(line["received_on"] - line["ordered_on"]).days for line in own if line["received_on"]]
        due = [
            line
            for line in own
            if (line["received_on"] or not line["rest_cancelled"])
            and line["promised_on"]
            and line["ordered_on"] <= line["promised_on"] <= date(2025, 10, 31)
        ]
        row = found[supplier]
        assert row["lines"] == len(own)
        assert row["lead_time_mean_days"] == pytest.approx(sum(days) / len(days))
        assert row["due_lines"] == len(due)
        assert row["overdue_lines"] == sum(line["received_on"] is None for line in due)
        assert row["on_time_lines"] == sum(
            bool(one["received_on"] and one["received_on"] <= one["promised_on"]) for one in due
        )


DEPOT_DAYS = (date(2025, 6, 1), date(2025, 6, 30))


def given(pipeline: Pipeline, cost: float | None) -> None:
    """One item in one depot for a month, out of stock from the 11th to the 20th; two issues, and three forecasts."""
    weeks = [monday(DEPOT_DAYS[0]) + n * WEEK for n in range(-8, 5)]
    with psycopg.connect(pipeline.database.admin_url) as connection:
        connection.execute(
            "INSERT INTO core.dim_item (item_id, item_name, family, category, unit, is_service, active, attributes)"
            " VALUES ('x', 'x', 'CABOS', 'material', 'UN', false, true, '{}');"
            "INSERT INTO core.dim_site (site_id, site_name, site_type) VALUES ('D', 'D', 'warehouse');"
            "INSERT INTO core.dim_calendar SELECT day, day, day, 2025, 1, 1, false, false, NULL, true"
            " FROM generate_series(DATE '2025-06-01', '2025-06-30', interval '1 day') AS day;"
        )
        for table in ("core.fact_inventory_daily", "core.fact_issues_daily", "analytics.fact_forecasts"):
            connection.execute(
                "SELECT support.make_month_partitions(%s::regclass, '2025-04-01', '2025-07-31')", [table]
            )
        connection.execute(
            "INSERT INTO core.fact_inventory_daily SELECT 'x', 'D', day,"
            " CASE WHEN day BETWEEN DATE '2025-06-11' AND '2025-06-20' THEN 0 ELSE 4 END, 0, %s"
            " FROM generate_series(%s::date, %s::date, interval '1 day') AS day",
            [cost, *DEPOT_DAYS],
        )
        connection.execute(
            "INSERT INTO core.fact_issues_daily VALUES ('x', 'D', '2025-06-11', 4, 1), ('x', 'D', '2025-06-21', 6, 2)"
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO analytics.features_demand_weekly VALUES ('x', %s, 2, 1)", [(week,) for week in weeks]
            )
            # Forecast for a week are 3, of which 2 came: three weeks before, and, not counted, in the week itself.
            cursor.executemany(
                "INSERT INTO analytics.fact_forecasts VALUES"
                " (%s, 'x', 'ALL', 'ensemble', %s, %s, '{}', true, 'v', now())",
                [(week - 3 * WEEK, week, 3.0) for week in weeks[-4:]] + [(week, week, 50.0) for week in weeks[-4:]],
            )
            cursor.executemany(
                "INSERT INTO analytics.features_demand_profile (origin, item_id, first_demand_on, last_demand_on,"
                " weeks_observed, weeks_with_demand, demand_total, demand_52w, request_lines_52w, mean_weekly_demand,"
                " adi) VALUES (%s, 'x', '2025-04-01', '2025-04-01', 9, 9, 1, 1, 1, 2, 1)",
                [(week,) for week in weeks],
            )
    for stage in kpi_stages(Window(*DEPOT_DAYS)):
        pipeline.run(stage)


def june(pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    rows = pipeline.rows(
        "SELECT * FROM analytics.mv_kpi_period WHERE grain = 'month' AND period = '2025-06-01' AND dimension = 'all'"
    )
    return {row["kpi"]: row for row in rows}


def test_a_month_counted_by_hand(pipeline: Pipeline):
    given(pipeline, 2.5)
    found = june(pipeline)
    values = {kpi: row["value"] for kpi, row in found.items()}
    # Of three lines one met stock, of ten pieces four.
    assert values["stockout_rate"] == pytest.approx(10 / 30)
    assert values["fill_rate_lines"] == pytest.approx(1 / 3)
    assert values["fill_rate_units"] == pytest.approx(4 / 10)
    assert values["inventory_value_brl"] == pytest.approx(20 * 10 / 30)
    assert values["carrying_cost_brl"] == pytest.approx(20 * 10 * 0.25 / 365)
    assert values["turnover"] == pytest.approx(365 * 25 / 200)
    assert values["days_of_supply"] == pytest.approx(200 / 25)
    # One delivery came, to an empty shelf.
    assert values["cycle_service_rate"] == 0
    assert values["forecast_wape"] == pytest.approx(0.5)
    assert values["forecast_bias"] == pytest.approx(0.5)
    assert {kpi: row["reason"] for kpi, row in found.items() if row["value"] is None} == {
        "sla_exposure_rate": "nothing_to_measure",
        "dead_stock_brl": "history_too_short",
        "dead_stock_rate": "history_too_short",
        "excess_stock_brl": "history_too_short",
        "excess_stock_rate": "history_too_short",
        "supplier_lead_time_days": "receipts_not_in_source",
        "on_time_rate": "receipts_not_in_source",
        "received_share": "receipts_not_in_source",
        "purchase_time_days": "no_purchase_in_the_period",
        "after_the_fact_rate": "no_purchase_in_the_period",
    }


def test_without_prices_what_needs_none_is_told_and_the_rest_says_why(pipeline: Pipeline):
    given(pipeline, None)
    found = june(pipeline)
    assert found["stockout_rate"]["value"] == pytest.approx(10 / 30)
    assert found["fill_rate_units"]["value"] == pytest.approx(4 / 10)
    for kpi in ("inventory_value_brl", "carrying_cost_brl", "turnover", "days_of_supply"):
        assert (found[kpi]["value"], found[kpi]["reason"]) == (None, "prices_not_in_source"), kpi


@pytest.mark.parametrize("view", registry.VIEWS, ids=lambda view: view.name)
def test_readers_go_on_while_a_view_is_made_anew_and_see_it_only_when_it_is_whole(loaded_erp: Pipeline, view: Any):
    """A reader that would have to wait for a lock fails at once; the refresh is held open while it reads."""
    whole = f"SELECT count(*) FROM {view.relation}".encode()
    database = loaded_erp.database
    with (
        psycopg.connect(database.pipeline_url) as writer,
        psycopg.connect(database.api_url, autocommit=True, options="-c lock_timeout=1ms") as reader,
    ):
        before = reader.execute(whole).fetchone()
        writer.execute("SELECT support.refresh_view(%s::regclass)", [view.relation])
        assert reader.execute(whole).fetchone() == before
        writer.rollback()
    if view.name != "mv_kpi_period":
        return
    # As a control: any other refresh does make it wait.
    with (
        psycopg.connect(database.admin_url) as owner,
        psycopg.connect(database.api_url, autocommit=True, options="-c lock_timeout=1ms") as reader,
    ):
        owner.execute(f"REFRESH MATERIALIZED VIEW {view.relation}".encode())
        with pytest.raises(psycopg.errors.LockNotAvailable):
            reader.execute(whole)
        owner.rollback()


def test_readers_under_load_see_the_old_or_the_new_and_never_a_mixture(database: Database):
    """Each generation writes its number everywhere; a reader that had to wait would fail by its lock timeout."""
    generations, rows = 8, 20_000
    seen: list[set[tuple[Any, ...]]] = []
    ended = threading.Event()

    def read() -> set[tuple[Any, ...]]:
        found: set[tuple[Any, ...]] = set()
        with psycopg.connect(database.api_url, autocommit=True, options="-c lock_timeout=1ms") as reader:
            while not ended.is_set():
                found.update(
                    reader.execute(
                        "SELECT min(numerator), max(numerator), count(*) FROM analytics.mv_kpi_period"
                        " WHERE grain = 'day' AND dimension = 'site'"
                    ).fetchall()
                )
        return found

    with psycopg.connect(database.pipeline_url) as writer, ThreadPoolExecutor(3) as readers:

        def write(generation: int) -> None:
            writer.execute("DELETE FROM analytics.kpi_daily")
            writer.execute(
                "INSERT INTO analytics.kpi_daily SELECT '2025-06-01', 'site', 'S' || n, 'stockout_rate', %s, 10, NULL"
                " FROM generate_series(1, %s) AS n",
                [generation, rows],
            )
            writer.execute("SELECT support.refresh_view('analytics.mv_kpi_period')")
            writer.commit()

        writer.execute("SELECT support.make_month_partitions('analytics.kpi_daily', '2025-06-01', '2025-06-01')")
        write(0)
        reading = [readers.submit(read) for _ in range(3)]
        try:
            for generation in range(1, generations):
                write(generation)
        finally:
            ended.set()
        seen = [one.result(timeout=60) for one in reading]
    for found in seen:
        assert all(low == high and count == rows for low, high, count in found)
    assert len(set.union(*seen)) > 2
