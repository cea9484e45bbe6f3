"""What Nova estimates from the demo ERP, against what really happened in the company that wrote it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg.rows import class_row

from nova_assets.settings import forecasting_python
from nova_local.erp.scales import LAST_DAY
from nova_local.erp.world import next_weekday
from tests.conftest import DemoErp
from tests.support.forecasting import materialize_in_forecasting
from tests.support.pipeline import Pipeline
from tests.support.true_company import Diary, ItemDay, clean, write_diary

COMPLETE_BEFORE = date(2025, 6, 1)
"""Orders of later days may still be under way on the last day: the fast ones alone would be seen."""

HALF_YEAR = date(2025, 4, 28)

ENOUGH_LINES = 15
STANDARD_ERRORS = 4
"""Of a supplier's figure; one of thirty suppliers lies beyond four standard errors by chance in 500 companies."""

PLACES = ("REG001", "REG002")
"""Where towers and teams are served from."""

DELAYS = (0, 0, 0, 1, 2)
"""Days from the arrival to its entry in the ERP, each as likely as the others; then on to a day with office."""


@dataclass(frozen=True)
class Supplier:
    """The habits that the simulation gave a supplier: days from order to arrival are log-normal."""

    supplier_id: str
    log_mean: float
    log_sigma: float
    quoted_days: float

    def days_to_entry(self, samples: int = 200_000) -> np.ndarray:
        """Days from an order to the entry of its first delivery, drawn as the simulation draws them."""
        rng = np.random.default_rng(int(self.supplier_id[:6]))
        ordered = next_weekday(rng.integers(0, 7, samples))
        days = np.maximum(1, np.rint(rng.lognormal(self.log_mean, self.log_sigma, samples))).astype(np.int64)
        return next_weekday(ordered + days + rng.choice(DELAYS, samples)) - ordered


@pytest.fixture(scope="module")
def diary() -> Diary:
    return write_diary()


@pytest.fixture(scope="module")
def suppliers(demo_erp: DemoErp) -> dict[str, Supplier]:
    query = """
        SELECT left(supplier_id, 6) || '-' || right(supplier_id, 2) AS supplier_id, log_mean, log_sigma, quoted_days
        FROM truth.suppliers
    """
    with (
        psycopg.connect(demo_erp.superuser_url) as connection,
        connection.cursor(row_factory=class_row(Supplier)) as rows,
    ):
        return {supplier.supplier_id: supplier for supplier in rows.execute(query)}


@pytest.fixture(scope="module")
def lead_times(loaded_erp: Pipeline) -> dict[str, np.ndarray]:
    """Days from order to receipt of complete orders, by supplier."""
    found = defaultdict(list)
    for row in loaded_erp.rows(
        "SELECT supplier_id, received_on - ordered_on AS days FROM core.fact_purchase_lines"
        " WHERE received_on IS NOT NULL AND ordered_on < %s",
        COMPLETE_BEFORE,
    ):
        found[row["supplier_id"]].append(row["days"])
    return {supplier: np.array(days) for supplier, days in found.items() if len(days) >= ENOUGH_LINES}


def test_demand_is_what_left_the_shelves_except_where_the_erp_is_wrong_about_the_day(
    loaded_erp: Pipeline, diary: Diary
):
    estimated = {
        (row["item_id"], row["date"]): row["demand"]
        for row in loaded_erp.rows(
            "SELECT item_id, date, sum(demand) AS demand FROM core.fact_demand_daily GROUP BY 1, 2"
        )
    }
    assert clean(estimated, diary.misdated) == clean(diary.issued, diary.misdated)
    assert len(clean(diary.issued, diary.misdated)) > 0.98 * len(diary.issued)


def test_demand_misses_of_what_was_wanted_only_what_the_shelf_could_not_serve(
    loaded_erp: Pipeline, diary: Diary, demo_erp: DemoErp
):
    """Demand that nobody could serve is in no ERP: how much that hides is the simulation's to say."""
    with psycopg.connect(demo_erp.superuser_url) as connection:
        unserved = dict(
            connection.execute(
                "SELECT item_id, sum(unmet)::numeric FROM truth.unmet_demand WHERE served_on IS NULL GROUP BY item_id"
            ).fetchall()
        )
    wanted, seen = (
        by_item(diary.wanted),
        {
            row["item_id"]: row["demand"]
            for row in loaded_erp.rows("SELECT item_id, sum(demand) AS demand FROM core.fact_demand_daily GROUP BY 1")
        },
    )
    touched = {item for item, _ in diary.misdated} | set(unserved)
    untouched = {item: quantity for item, quantity in wanted.items() if item not in touched}
    assert len(untouched) > 20
    assert {item: seen.get(item) for item in untouched} == untouched


def test_stock_of_every_day_is_what_lay_there_unless_an_issue_was_cancelled_or_misdated(
    loaded_erp: Pipeline, diary: Diary
):
    estimated = loaded_erp.rows("SELECT item_id, site_id, date, on_hand FROM core.fact_inventory_daily")
    assert {row["date"] for row in estimated} == {date(2024, 11, 1) + timedelta(days=n) for n in range(365)}
    right = sum(row["on_hand"] == diary.stock[row["item_id"], row["site_id"], row["date"]] for row in estimated)
    wrong = {
        (row["item_id"], row["site_id"])
        for row in estimated
        if row["on_hand"] != diary.stock[row["item_id"], row["site_id"], row["date"]]
    }
    assert wrong <= diary.misplaced
    # Cancelled issues are put right within ten days; of about a dozen mistyped years half stay.
    assert right > 0.97 * len(estimated)


def test_lead_times_of_each_supplier_have_its_median_and_its_ninetieth_percentile(
    lead_times: dict[str, np.ndarray], suppliers: dict[str, Supplier]
):
    """Within four standard errors of a sample's quantile, and a day for whole days and few weekdays of orders.

    The standard error of a p-quantile is √(p(1 − p)/n) ÷ f (Mosteller 1946), with f the density there; that of the
    log-normal is φ(z) ÷ (σ·quantile).
    """
    assert len(lead_times) >= 15
    for supplier, days in lead_times.items():
        truth = suppliers[supplier]
        expected = truth.days_to_entry()
        for share, density in ((0.5, 0.39894), (0.9, 0.17550)):
            quantile = float(np.quantile(expected, share))
            error = truth.log_sigma * quantile * (share * (1 - share) / len(days)) ** 0.5 / density
            found = float(np.quantile(days, share))
            assert abs(found - quantile) < STANDARD_ERRORS * error + 1, (supplier, share, found, quantile, error)


@pytest.mark.skipif(not forecasting_python().exists(), reason="the forecasting environment is not installed")
def test_drawn_together_lead_times_are_nearer_the_true_ones_than_each_suppliers_own(
    loaded_erp: Pipeline, suppliers: dict[str, Supplier], tmp_path: Path
):
    """From request to receipt: the wait for the order, alike for all suppliers, and the supplier's own days.

    On an origin after half a year, so that each supplier has a dozen finished lines. The distance is that of the
    logarithms of the days that nine of ten lines take.
    """
    database_url = loaded_erp.database.pipeline_url
    lake = materialize_in_forecasting(["lake/supplier_lead_times"], HALF_YEAR, HALF_YEAR, database_url, tmp_path)
    estimated = {
        row["supplier_id"]: row
        for row in lake.read_range("supplier_lead_times", "origin", HALF_YEAR, HALF_YEAR).to_pylist()
    }
    lines = loaded_erp.rows(
        "SELECT supplier_id, ordered_on - requested_on AS waited, received_on - requested_on AS days, requested_on"
        " FROM core.fact_purchase_lines INNER JOIN core.dim_item USING (item_id)"
        " WHERE NOT is_service AND NOT after_the_fact AND received_on >= requested_on AND received_on < %s",
        HALF_YEAR,
    )
    waited = np.array([row["waited"] for row in lines])
    own = defaultdict(list)
    for row in lines:
        own[row["supplier_id"]].append(max(row["days"], 0.5))
    assert {supplier: len(days) for supplier, days in own.items()} == {
        supplier: row["lines"] for supplier, row in estimated.items() if supplier != "ALL" and row["lines"]
    }
    distances = []
    rng = np.random.default_rng(9)
    for supplier, days in own.items():
        drawn = suppliers[supplier].days_to_entry()
        truth = np.log(np.quantile(drawn + rng.choice(waited, drawn.size), 0.9))
        distances.append(
            [abs(np.log(estimated[supplier]["p90_days"]) - truth), abs(np.log(np.quantile(days, 0.9)) - truth)]
        )
    shrunk, alone = np.mean(distances, axis=0)
    assert len(distances) >= 25
    assert shrunk < 0.85 * alone
    assert shrunk < 0.2
    # Nobody leans: late lines that are open then are not forgotten, forgotten ones do not count as late.
    everybody = np.concatenate([suppliers[one].days_to_entry(20_000) + rng.choice(waited, 20_000) for one in own])
    assert estimated["ALL"]["p50_days"] == pytest.approx(np.median(everybody), rel=0.15)
    assert estimated["ALL"]["basis"] == "requested_to_received"
    assert estimated["ALL"]["open_lines"] > 0


def test_lead_times_of_all_suppliers_together_lean_to_neither_side(
    lead_times: dict[str, np.ndarray], suppliers: dict[str, Supplier]
):
    """The mean over two thousand lines is known to a few tenths of a day; half a day would be a wrong definition."""
    lines = sum(map(len, lead_times.values()))
    lean = sum((days - suppliers[supplier].days_to_entry().mean()).sum() for supplier, days in lead_times.items())
    assert abs(lean / lines) < 0.5


def test_the_rate_of_punctual_deliveries_is_that_of_the_suppliers_habits(
    loaded_erp: Pipeline, suppliers: dict[str, Supplier]
):
    """Of lines that were due: each is late by its supplier's own chance, so the rate is known to √(Σ p(1 − p)) ÷ n.
    A receipt without its order makes that look late for ever: a line in a hundred."""
    counted = loaded_erp.rows(
        "SELECT member, sum(numerator) AS punctual, sum(denominator) AS lines FROM analytics.kpi_daily"
        " WHERE kpi = 'on_time_rate' AND dimension = 'supplier' GROUP BY member"
    )
    lines = np.array([row["lines"] for row in counted])
    chances = np.array(
        [(one.days_to_entry() <= one.quoted_days).mean() for one in (suppliers[row["member"]] for row in counted)]
    )
    expected = (chances * lines).sum() / lines.sum()
    error = (chances * (1 - chances) * lines).sum() ** 0.5 / lines.sum()
    found = sum(row["punctual"] for row in counted) / lines.sum()
    assert -STANDARD_ERRORS * error - 0.01 < found - expected < STANDARD_ERRORS * error


def test_fill_rates_are_the_true_ones_though_the_erp_knows_no_backorder(
    loaded_erp: Pipeline, diary: Diary, demo_erp: DemoErp
):
    """Issues of mornings with an empty shelf had waited. What was given up is never seen, and what was wanted just then
    seems to have waited: over a year the two nearly cancel. A month leans further, since what waits is seen later."""
    with psycopg.connect(demo_erp.superuser_url) as connection:
        unmet = connection.execute(
            "SELECT btrim(location_id), btrim(item_id), date_trunc('month', wanted_on)::date, count(*),"
            " sum(unmet)::float FROM truth.unmet_demand GROUP BY 1, 2, 3"
        ).fetchall()
    lines, late, quantity = Counter[Any](), Counter[Any](), Counter[str]()
    for (item, place, day), count in diary.wanted_lines.items():
        quantity[item] += count
        lines.update(dict.fromkeys(("ALL", place, day.replace(day=1)), count))
    for place, _, month, count, _ in unmet:
        late.update(dict.fromkeys(("ALL", place, month), count))
    usual = {item: float(total) / quantity[item] for item, total in by_item(diary.wanted).items()}
    true_units = 1 - sum(missing / usual[item] for _, item, _, _, missing in unmet) / lines["ALL"]
    true = {key: 1 - late[key] / count for key, count in lines.items()}

    found = loaded_erp.rows(
        "SELECT member, sum(numerator) / sum(denominator) AS rate FROM analytics.kpi_daily"
        " WHERE kpi = 'fill_rate_lines' AND dimension IN ('all', 'site') GROUP BY member"
    )
    assert 0.7 < true["ALL"] < 0.85
    assert {row["member"]: row["rate"] for row in found} == {
        member: pytest.approx(true[member], abs=0.02 if member == "ALL" else 0.03) for member in ("ALL", *PLACES)
    }
    units = loaded_erp.one(
        "SELECT sum(numerator) / sum(denominator) FROM analytics.kpi_daily"
        " WHERE kpi = 'fill_rate_units' AND dimension = 'all'"
    )
    assert units == pytest.approx(true_units, abs=0.02)
    months = loaded_erp.rows(
        "SELECT period, value FROM analytics.mv_kpi_period"
        " WHERE kpi = 'fill_rate_lines' AND grain = 'month' AND dimension = 'all'"
    )
    assert len(months) == 12
    assert {row["period"]: row["value"] for row in months} == {
        row["period"]: pytest.approx(true[row["period"]], abs=0.07) for row in months
    }


@pytest.mark.parametrize(
    ("happened", "share"),
    [
        # The same rule on the same weeks: only mistyped days and cancelled issues differ.
        ("issued", 0.97),
        # Stockouts hide demand or move it into another week, and a year has few weeks: items near a cut change sides.
        ("wanted", 0.70),
    ],
)
def test_demand_classes_are_the_true_ones_for_most_items(
    loaded_erp: Pipeline, diary: Diary, happened: str, share: float
):
    estimated = {
        row["item_id"]: row["demand_class"]
        for row in loaded_erp.rows(
            "SELECT item_id, demand_class FROM analytics.features_demand_profile"
            " WHERE origin = (SELECT max(origin) FROM analytics.features_demand_profile)"
        )
    }
    last_monday = LAST_DAY - timedelta(days=LAST_DAY.weekday())
    true = {item: demand_class(weeks) for item, weeks in weekly(getattr(diary, happened), last_monday).items()}
    agreeing = sum(estimated.get(item) == name for item, name in true.items())
    assert set(true.values()) >= {"smooth", "erratic", "intermittent", "lumpy"}
    assert agreeing > share * len(true)


def by_item(demand: dict[ItemDay, Decimal]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for (item, _), quantity in demand.items():
        sums[item] += quantity
    return sums


def weekly(demand: dict[ItemDay, Decimal], before: date) -> dict[str, np.ndarray]:
    """Demand of each item by week, from its first week to the last one before a Monday."""
    weeks: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for (item, day), quantity in demand.items():
        if day < before:
            weeks[item][day - timedelta(days=day.weekday())] += float(quantity)
    return {
        item: np.array([found.get(week, 0.0) for week in mondays(min(found), before)]) for item, found in weeks.items()
    }


def mondays(first: date, before: date) -> Iterator[date]:
    while first < before:
        yield first
        first += timedelta(days=7)


def demand_class(weeks: np.ndarray) -> str | None:
    """Syntetos, Boylan & Croston (2005): ADI cut at 1.32, CV² of the weeks with demand at 0.49."""
    sizes = weeks[weeks > 0]
    if len(sizes) < 2:
        return None
    often, alike = len(weeks) / len(sizes) < 1.32, sizes.var(ddof=1) / sizes.mean() ** 2 < 0.49
    return ("smooth" if alike else "erratic") if often else ("intermittent" if alike else "lumpy")


SMALLEST_HISTORY = 8
"""Priced lines of the item on earlier days, from which a price can be called unusual."""


def test_the_prices_that_are_flagged_are_those_that_were_typed_wrong(loaded_erp: Pipeline, demo_erp: DemoErp):
    with psycopg.connect(demo_erp.superuser_url) as connection:
        wrong = set(connection.execute("SELECT order_id, line_no FROM truth.wrong_prices").fetchall())
    known = {
        (row["order_id"], row["line_no"])
        for row in loaded_erp.rows(
            """
            SELECT lines.order_id, lines.line_no
            FROM core.fact_purchase_lines AS lines
            INNER JOIN core.fact_purchase_lines AS earlier
                ON lines.item_id = earlier.item_id AND lines.requested_on > earlier.requested_on
            WHERE lines.unit_price_brl > 0 AND earlier.unit_price_brl > 0
            GROUP BY lines.order_id, lines.line_no
            HAVING count(*) >= %s
            """,
            SMALLEST_HISTORY,
        )
    }
    flagged = {
        (row["order_id"], row["line_no"])
        for row in loaded_erp.rows("SELECT order_id, line_no FROM core.fact_price_anomalies")
    }
    assert len(wrong & known) >= 3
    assert flagged == wrong & known
