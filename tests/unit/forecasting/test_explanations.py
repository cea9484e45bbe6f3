"""Why a number is what it is: the lines add up to it, and the codes hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from nova_assets.forecasting.explanations import Told, explanation_rows
from nova_assets.forecasting.history import History

Weekly = Callable[..., pd.DataFrame]
ORIGIN = date(2025, 9, 1)
NOW = datetime(2025, 9, 1, 6, tzinfo=UTC)
LINES = ["own_mean", "portfolio_pull", "family_pull", "recency", "models_pull"]
PROFILES = pd.DataFrame(
    {"demand_class": ["lumpy"], "first_demand_on": [date(2024, 1, 3)], "last_demand_on": [date(2025, 8, 29)]},
    index=pd.Index(["steady"]),
)


def told(history: History, **weights: float) -> Told:
    """A served forecast of 2 units for every item, made by models that say 1 and 3, and by a third one of some."""
    served = pd.Series(2.0, index=history.items)
    members = {"tsb": served - 1, "imapa": served + 1, "partial": served[["steady"]]}
    return Told(served, {name: members[name] for name in weights}, weights, "v")


def explained(demand: pd.DataFrame, adjusted: bool = False, **weights: float) -> pd.DataFrame:
    history = History.before(ORIGIN, demand, adjusted)
    rows = explanation_rows(history, PROFILES, told(history, **(weights or {"tsb": 0.5, "imapa": 0.5})), NOW)
    return rows.to_pandas().set_index("item_id")


@pytest.fixture
def demand(weekly: Weekly) -> pd.DataFrame:
    """Twenty items of two families beside those that the tests speak of."""
    random = np.random.default_rng(2)
    others = {f"other{n:02}": [1.0, *random.binomial(1, (n + 1) / 25, 60).astype(float)] for n in range(24)}
    made = weekly(
        ORIGIN,
        steady=[2.0, 1.0, 3.0] * 20,
        dead=[3.0, 2.0] * 20 + [0.0] * 40,
        new=[4.0],
        rose=[1.0, 0.0] * 20 + [6.0] * 13,
        growing=[float(week // 8) + 1 for week in range(80)],
        **others,
    )
    number = made["unique_id"].str.extract(r"(\d+)$", expand=False).astype(float)
    return made.assign(family=number.ge(12).map({True: "often", False: "rare"}).where(number.notna()))


def codes(rows: pd.DataFrame, item: str) -> set[str]:
    return set(json.loads(str(rows.loc[item, "codes"])))


def test_the_lines_add_up_to_the_expected_demand_of_every_item(demand: pd.DataFrame) -> None:
    rows = explained(demand)
    assert rows[LINES].sum(axis=1).to_numpy() == pytest.approx(rows["expected_weekly_demand"].to_numpy(), abs=1e-12)
    assert rows["expected_weekly_demand"].tolist() == [2.0] * len(rows)
    assert rows.loc["steady", "own_mean"] == 2.0


def test_each_line_is_what_its_meaning_says(demand: pd.DataFrame) -> None:
    rows = explained(demand).to_dict("index")
    new, dead = rows["new"], rows["dead"]
    # Seen in one week only, all of its mean is that week: the portfolio says that it will not come each week.
    assert (new["own_mean"], new["family_pull"], new["borrowed_share"]) == (4.0, 0.0, 1.0)
    assert new["portfolio_pull"] < -1
    assert dead["recency"] < -0.5
    assert rows["other03"]["family_pull"] < 0 < rows["other20"]["family_pull"]


def test_codes_say_what_the_history_shows(demand: pd.DataFrame) -> None:
    rows = explained(demand)
    assert codes(rows, "new") == {"seen_once", "short_history", "borrowed_from_portfolio"}
    assert {"long_dead", "level_fell"} <= codes(rows, "dead")
    assert "level_rose" in codes(rows, "rose")
    assert {"trend_up", "level_rose"} <= codes(rows, "growing")
    assert codes(rows, "steady") == set()
    assert (rows.loc["dead", "quiet_weeks"], rows.loc["new", "weeks_with_demand"]) == (40, 1)


def test_what_is_borrowed_from_a_family_is_said(demand: pd.DataFrame, weekly: Weekly) -> None:
    late = weekly(ORIGIN, late=[2.0]).assign(family="often")
    assert "borrowed_from_family" in codes(explained(pd.concat([demand, late])), "late")


@pytest.mark.parametrize("adjusted", [False, True])
def test_unusual_quantities_are_counted_and_said_to_be_adjusted_or_kept(demand: pd.DataFrame, adjusted: bool) -> None:
    unusual = (demand["unique_id"] == "steady") & (demand["y"] == 3.0) & (demand["ds"] >= "2025-08-01")
    rows = explained(demand.assign(adjustment=np.where(unusual, -1.5, 0.0)), adjusted)
    count = int(unusual.sum())
    assert (rows.loc["steady", "outliers"], rows.loc["steady", "outlier_quantity"]) == (count, 1.5 * count)
    assert codes(rows, "steady") == {"outliers_adjusted" if adjusted else "outliers_kept"}
    assert rows.loc["steady", "own_mean"] == pytest.approx(2.0 - (1.5 * count / 60 if adjusted else 0.0))


def test_the_models_are_named_with_the_weight_that_they_have_for_the_item(demand: pd.DataFrame) -> None:
    rows = explained(demand, tsb=0.5, imapa=0.5, partial=0.5)
    assert json.loads(str(rows.loc["new", "models"])) == {
        "tsb": {"weight": 0.5, "weekly_demand": 1.0},
        "imapa": {"weight": 0.5, "weekly_demand": 3.0},
    }
    steady = json.loads(str(rows.loc["steady", "models"]))
    assert {name: one["weight"] for name, one in steady.items()} == pytest.approx(
        dict.fromkeys(("tsb", "imapa", "partial"), 1 / 3)
    )


def test_an_item_that_was_not_served_is_not_explained(demand: pd.DataFrame) -> None:
    history = History.before(ORIGIN, demand)
    whole = told(history, tsb=1.0)
    part = Told(whole.served.drop("dead"), whole.members, whole.weights, "v")
    rows = explanation_rows(history, PROFILES, part, NOW)
    assert set(rows["item_id"].to_pylist()) == set(history.items) - {"dead"}


def test_days_and_class_come_from_the_profile_or_are_unknown(demand: pd.DataFrame) -> None:
    rows = explained(demand).to_dict("index")
    known = ["demand_class", "first_demand_on", "last_demand_on"]
    assert [rows["steady"][name] for name in known] == PROFILES.iloc[0].tolist()
    assert [rows["new"][name] for name in known] == [None, None, None]
    assert rows["new"]["data_through"] == date(2025, 8, 31)
