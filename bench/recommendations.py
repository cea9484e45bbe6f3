"""How long the projections and proposals of a day take, and whether that grows with the items alone.

    .venv/bin/python bench/recommendations.py [--items 10000 50000] [--json]

Items are made up, each stocked in three places, half of them with an open order. Measured is what Python does with what
the queries return, up to the rows that are copied; reading and writing are PostgreSQL's. Each size is the best of a few
rounds that take turns, and the last line is the time per item of the largest size relative to that of the smallest.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from nova_assets.forecasting.parameters import HORIZON_WEEKS, SUMMED_QUANTILES, SUMMED_WEEKS
from nova_assets.planning.projection_day import ProjectionDay
from nova_assets.planning.recommendation_day import RecommendationDay
from nova_assets.settings import planning_rules

DAY = date(2025, 10, 31)
PLACES = ("ALM001", "REG001", "REG002")
ROUNDS = 3


def lists(values: np.ndarray) -> pa.Array:
    """Rows of numbers as lists."""
    return pa.ListArray.from_arrays(np.arange(len(values) + 1) * values.shape[1], values.ravel())


def ids(count: int) -> list[str]:
    return [f"{number:07}" for number in range(count)]


def projection(count: int) -> ProjectionDay:
    """A day with so many items."""
    rng, items = np.random.default_rng(5), ids(count)
    mean = rng.gamma(1.0, 8.0, count)
    weeks = np.array(SUMMED_WEEKS)
    quantiles = {
        name: np.maximum(mean[:, None] * (weeks + 2 * np.sqrt(weeks) * (level - 0.45)), 0.0)
        for name, level in SUMMED_QUANTILES.items()
    }
    held = np.repeat(items, len(PLACES))
    ordered = items[::2]
    shares = rng.dirichlet(np.ones(len(PLACES)), count).ravel()
    smooth = items[::20]
    return ProjectionDay(
        date=DAY,
        rules=planning_rules(),
        stock=pa.table(
            {
                "item_id": held,
                "site_id": np.tile(PLACES, count),
                "on_hand": rng.integers(0, 60, len(held)).astype(float),
            }
        ),
        open_orders=pa.table(
            {
                "item_id": ordered,
                "site_id": [PLACES[0]] * len(ordered),
                "quantity": rng.integers(1, 90, len(ordered)).astype(float),
                "due": rng.integers(-90, 60, len(ordered)),
            }
        ),
        forecast=pa.table(
            {
                "item_id": items,
                "means": lists(mean[:, None] * weeks),
                **{name: lists(values) for name, values in quantiles.items()},
                "weekly": lists(np.repeat(mean[:, None], HORIZON_WEEKS, axis=1)),
                "lead_time_mean_days": rng.uniform(5, 40, count),
                "lead_time_p90_days": rng.uniform(40, 80, count),
            }
        ),
        day_weights=pa.table(
            {
                "item_id": np.repeat(smooth, 182),
                "day": np.tile(np.arange(182), len(smooth)),
                "share": np.full(182 * len(smooth), 1 / 7),
            }
        ),
        place_shares=pa.table({"item_id": held, "site_id": np.tile(PLACES, count), "share": shares}),
    )


def proposals(count: int, projected: Sequence[pa.Table]) -> RecommendationDay:
    """The same day's proposals, of the projected rows and levels that go with them."""
    rng, rows = np.random.default_rng(6), pa.concat_tables(projected)
    whole = rows.filter(pa.array([site == "ALL" for site in rows["site_id"].to_pylist()]))
    places = rows.filter(pa.array([site != "ALL" for site in rows["site_id"].to_pylist()]))
    point = rng.gamma(2.0, 40.0, count)
    names = ("on_hand", "on_order", "late_on_order", "lost_on_order", "too_late_on_order")

    def days(name: str) -> np.ndarray:
        after = whole[name].to_numpy(zero_copy_only=False).astype("datetime64[D]") - np.datetime64(DAY)
        return np.where(np.isnat(after), np.nan, after.astype(np.float64))

    known = {
        "item_id": whole["item_id"],
        "unit": ["UN"] * count,
        **{name: [False] * count for name in ("is_service", "blocked")},
        **{name: [True] * count for name in ("active", "is_projected")},
        "criticality": rng.choice(["H", "M", "L"], count),
        "unit_cost_brl": rng.gamma(1.0, 90.0, count),
        **{name: whole[name].cast(pa.float64()) for name in names},
        **{name: whole[name] for name in ("stockout_probability", "expected_shortage")},
        "stockout_q50_days": days("stockout_on_q50"),
        "stockout_q90_days": days("stockout_on_q90"),
        "projection_reason": whole["reason"],
        "requested": np.where(rng.random(count) < 0.1, 20.0, 0.0),
        "supplier_id": ["000001-01"] * count,
        "lead_time_days": np.full(count, 20.0),
        "lead_time_demand": point / 2,
        "expected_demand": point * 0.7,
        "reorder_point": point,
        "order_up_to": point * 1.6,
        "min_order_qty": np.full(count, 5.0),
        "order_multiple": np.full(count, 5.0),
        "days_without_demand": np.full(count, 9.0),
        "days_without_receipt": np.full(count, 9.0),
        "tower_share": rng.random(count),
        "previous_action": ["order"] * count,
        "proposed_since": pa.array([DAY] * count),
    }
    stocked = {
        **{name: places[name] for name in ("item_id", "site_id", "stockout_probability", "expected_shortage")},
        **{name: places[name].cast(pa.float64()) for name in ("on_hand", "position")},
        "reorder_point": np.repeat(point / 3, len(PLACES)),
        "order_up_to": np.repeat(point * 0.5, len(PLACES)),
    }
    snoozed = ids(count)[::50]
    decided = {
        "item_id": snoozed,
        "decision_id": np.arange(len(snoozed)),
        "kind": ["snooze"] * len(snoozed),
        "action": pa.nulls(len(snoozed), pa.string()),
        "quantity": pa.nulls(len(snoozed), pa.float64()),
        "plan_date": pa.array([DAY] * len(snoozed)),
        "expires_on": pa.array([DAY] * len(snoozed)),
        "was_critical": [False] * len(snoozed),
    }
    return RecommendationDay(
        DAY, planning_rules(), pa.table(known), pa.table(stocked), pa.table(decided), date(2024, 1, 1), {}
    )


def seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 50_000])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures: dict[str, float] = {}
    rows: dict[int, list[pa.Table]] = {count: list(projection(count).tables()) for count in arguments.items}
    for _ in range(ROUNDS):
        for count in arguments.items:
            taken = {
                "projection": seconds(lambda count=count: list(projection(count).tables())),
                "proposals": seconds(lambda count=count: proposals(count, rows[count]).rows()),
            }
            for name, value in taken.items():
                key = f"{name}_s_per_10000_at_{count}"
                figures[key] = min(figures.get(key, np.inf), value / count * 10_000)
    low, high = min(arguments.items), max(arguments.items)
    for name in ("projection", "proposals"):
        ratio = figures[f"{name}_s_per_10000_at_{high}"] / figures[f"{name}_s_per_10000_at_{low}"]
        figures[f"{name}_per_item_{high}_to_{low}"] = ratio
    for name, value in figures.items():
        print(f"{name}: {value:.3f}")
    if arguments.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
