"""The benchmark of policies on small sets as a stranger might hand them over."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

BENCH = Path(__file__).resolve().parents[3] / "bench"


def demand(rng: np.random.Generator, items: int, periods: pd.DatetimeIndex) -> pd.DataFrame:
    """Intermittent requests of a few units."""
    rate, size = rng.uniform(0.15, 0.6, items), rng.uniform(0.15, 0.7, items)
    asked = rng.random((items, len(periods))) < rate[:, None]
    units = np.where(asked, rng.geometric(size[:, None], (items, len(periods))), 0)
    return pd.DataFrame(
        {
            "unique_id": np.repeat([f"X{number:03d}" for number in range(items)], len(periods)),
            "ds": np.tile(periods, items),
            "y": units.reshape(-1).astype(np.float32),
        }
    )


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The line of JSON for: a weekly set, a monthly one with other names, gaps and a store's own settings, one without
    prices, and one that is too short."""
    folder, rng = tmp_path_factory.mktemp("sets"), np.random.default_rng(4)
    weekly = demand(rng, 90, pd.date_range("2020-01-06", periods=50, freq="7D"))
    ids = weekly["unique_id"].unique()
    price = rng.lognormal(2, 1.4, len(ids))
    save(folder, "weekly", weekly, pd.DataFrame({"unique_id": ids, "price": price, "lead_time_periods": 3}))
    monthly = demand(rng, 90, pd.date_range("2018-01-01", periods=48, freq="MS"))
    mean = monthly.groupby("unique_id")["y"].mean().reindex(ids).to_numpy()
    own = np.ceil(mean * 6)
    save(
        folder,
        "monthly",
        monthly.sample(frac=0.9, random_state=1),
        pd.DataFrame(
            {
                "unique_id": ids,
                "Unit_Price": np.where(np.arange(len(ids)) % 15 == 0, np.nan, price),
                "LEAD_TIME_DAYS": np.arange(len(ids)) % 4 * 30,
                "min_rop": own,
                "max_stock": own + np.ceil(mean * 3) + 1,
            }
        ),
    )
    save(folder, "priceless", weekly, pd.DataFrame({"unique_id": ids, "lead_time": 2}))
    save(folder, "short", weekly[weekly["ds"] < "2020-03-01"], pd.DataFrame({"unique_id": ids, "price": 1.0, "lt": 2}))
    command = [sys.executable, str(BENCH / "policy.py"), "--data", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {"figures": json.loads(done.stdout.splitlines()[-1])["sets"], "text": done.stdout, "progress": done.stderr}


def save(folder: Path, name: str, frame: pd.DataFrame, items: pd.DataFrame) -> None:
    frame.to_parquet(folder / f"{name}.parquet")
    items.to_parquet(folder / f"{name}_items.parquet")


def test_sets_with_prices_and_lead_times_are_measured_and_others_say_why_not(said: Mapping[str, Any]) -> None:
    assert set(said["figures"]) == {"weekly", "monthly"}
    assert said["progress"].count("not measured: no item has both a price and a lead time") == 1
    assert "not measured: 8 periods are too few" in said["progress"]


def test_prices_that_differ_let_the_allocation_need_less_stock(said: Mapping[str, Any]) -> None:
    for figures in said["figures"].values():
        assert 0.2 < figures["stock_ratio_lines90"] < 1.0
        assert 0.2 < figures["stock_ratio_units85"] < 1.0


def test_a_store_s_own_settings_are_compared_where_they_are_known(said: Mapping[str, Any]) -> None:
    assert set(said["figures"]["weekly"]) == {"stock_ratio_lines90", "stock_ratio_units85"}
    assert 0.2 < said["figures"]["monthly"]["minmax_ratio_lines"] < 1.2
    assert 0.2 < said["figures"]["monthly"]["minmax_ratio_units"] < 1.2


def test_items_without_a_price_or_with_less_than_two_demands_are_left_out(said: Mapping[str, Any]) -> None:
    """Every fifteenth of 90 items has no price."""
    (monthly,) = re.findall(r"=== monthly: (\d+) items", said["text"])
    assert 75 <= int(monthly) <= 84
    assert f"{monthly} of 90 items" in said["progress"]
