"""Demand for the forecasting tests, and where these tests can run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

COMPUTES = find_spec("statsforecast") is not None


class NeedsForecastingEnvironment(pytest.Module):
    """A test module that is skipped, and says why, where the forecasting libraries are not installed."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        pytest.skip(
            "needs the forecasting environment: "
            ".venv-forecasting/bin/python -m pytest --confcutdir tests/unit/forecasting tests/unit/forecasting"
        )


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if COMPUTES or Path(__file__).parent not in module_path.parents:
        return None
    return NeedsForecastingEnvironment.from_parent(parent, path=module_path)


if COMPUTES:
    import numpy as np
    import pandas as pd

    @pytest.fixture
    def weekly() -> Callable[..., pd.DataFrame]:
        """Builds weekly demand `unique_id, ds, y` from lists that end together, in the week before `origin`."""

        def build(origin: date, **series: list[float]) -> pd.DataFrame:
            frames = []
            for item, demand in series.items():
                weeks = np.datetime64(origin) - np.timedelta64(7, "D") * np.arange(len(demand), 0, -1)
                frames.append(pd.DataFrame({"unique_id": item, "ds": weeks.astype("datetime64[ns]"), "y": demand}))
            return pd.concat(frames, ignore_index=True)

        return build

    @pytest.fixture
    def portfolio() -> pd.DataFrame:
        """Sixty items over eighty weeks before 2025-09-01: every class of demand, tenths of units, late starters."""
        random = np.random.default_rng(20250901)
        weeks = (np.datetime64("2025-09-01") - np.timedelta64(7, "D") * np.arange(80, 0, -1)).astype("datetime64[ns]")
        frames = []
        for number in range(60):
            chance = random.choice([0.05, 0.2, 0.95])
            size = 1 + random.negative_binomial(2, random.choice([0.05, 0.5]), len(weeks))
            demand = random.binomial(1, chance, len(weeks)) * size * random.choice([1.0, 0.1])
            first = int(random.integers(0, 78))
            demand[first] = 3.0
            frames.append(
                pd.DataFrame({"unique_id": f"{number:05d}", "ds": weeks[first:], "y": np.round(demand[first:], 4)})
            )
        return pd.concat(frames, ignore_index=True)

    @pytest.fixture
    def profiles_of() -> Callable[[pd.DataFrame, date], pd.DataFrame]:
        """Profiles of one origin as the warehouse computes them: class by ADI 1.32 and CV² 0.49."""

        def build(demand: pd.DataFrame, origin: date) -> pd.DataFrame:
            known = demand[demand["ds"] < np.datetime64(origin)]
            weeks = known.groupby("unique_id")["y"].size()
            sizes = known[known["y"] > 0].groupby("unique_id")["y"]
            adi, cv2 = (weeks / sizes.size()).to_numpy(), (sizes.var() / sizes.mean() ** 2).to_numpy()
            names = np.where(
                adi < 1.32, np.where(cv2 < 0.49, "smooth", "erratic"), np.where(cv2 < 0.49, "intermittent", "lumpy")
            )
            return pd.DataFrame(
                {
                    "origin": origin,
                    "item_id": weeks.index,
                    "demand_class": [
                        name if known else None for name, known in zip(names, np.isfinite(cv2), strict=True)
                    ],
                    "weeks_observed": weeks.to_numpy(),
                    "weeks_with_demand": sizes.size().to_numpy(),
                }
            )

        return build

    @pytest.fixture
    def purchases() -> Callable[..., pd.DataFrame]:
        """Builds lines as `purchase_lines.sql` gives them, from (supplier, requested, ordered, received)."""

        def build(*lines: tuple[str, date, date | None, date | None], has_receipts: bool = True) -> pd.DataFrame:
            frame = pd.DataFrame(lines, columns=["supplier_id", "requested_on", "ordered_on", "received_on"])
            for column in ("requested_on", "ordered_on", "received_on"):
                frame[column] = frame[column].astype("datetime64[ns]")
            return frame.assign(
                item_id="000001",
                after_the_fact=frame["ordered_on"] < frame["requested_on"],
                is_open=frame["ordered_on"].isna(),
                has_receipts=has_receipts,
            )

        return build
