"""Which model to serve for which class of demand: pinball loss per model and class on published demand.

Prints, for each class of demand, each model's mean scaled pinball loss at q50…q99 divided by that of
`historic_average`, per data set and as geometric mean, and the units forecast per unit demanded. Rolling origins; a
model sees only what lies before its origin. `nova_assets/forecasting/policy.py` quotes this table.

One table more answers a question of `nova_assets/forecasting/distributions.py`: the loss when the variance stays that
of the history instead of moving with the mean.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from published import DATA, as_weeks

from nova_assets.forecasting.distributions import index_of_dispersion, weekly_quantiles
from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.losses import scaled_pinball_loss
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.parameters import QUANTILES
from nova_assets.forecasting.policy import policy_classes
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

SETS = ("auto", "carparts", "man", "onlineretail")
FEWEST_ITEMS = 15
UPPER = [position for position, level in enumerate(QUANTILES.values()) if level >= 0.5]


def warehouse_demand() -> pd.DataFrame:
    """The weekly demand of materials, as the forecasts read it."""
    warehouse = Warehouse(url=os.environ["DATABASE_URL"])
    weekly = warehouse.query_arrow(read_sql("forecasting/history.sql"), [date.max])
    return weekly.rename_columns(["unique_id", "ds", "y"]).to_pandas(date_as_object=False)


def rolling_origins(demand: pd.DataFrame, origins: int) -> Iterator[tuple[History, pd.DataFrame]]:
    """Histories and what followed them (items × periods), latest origin first."""
    wide = demand.pivot(index="unique_id", columns="ds", values="y").fillna(0.0)
    periods = wide.columns.to_numpy()
    horizon = 13 if len(periods) >= 100 else 6
    for step in range(origins):
        cut = len(periods) - horizon - step * 6
        if cut < 2 * horizon and step:
            return
        history = History.before(pd.Timestamp(periods[cut]).date(), demand)
        yield history, wide.loc[history.items].iloc[:, cut : cut + horizon]


def demand_classes(history: History) -> pd.Series:
    """Policy class per item, from ADI and CV² of the history (Syntetos, Boylan & Croston 2005)."""
    sizes = history.frame[history.frame["y"] > 0].groupby("unique_id")["y"]
    cv2 = ((sizes.std() / sizes.mean()) ** 2).to_numpy()
    interval = (history.summary["weeks"] / history.summary["demands"]).to_numpy()
    names = np.where(
        interval < 1.32, np.where(cv2 < 0.49, "smooth", "erratic"), np.where(cv2 < 0.49, "intermittent", "lumpy")
    )
    return policy_classes(
        pd.DataFrame(
            {
                "demand_class": [name if known else None for name, known in zip(names, np.isfinite(cv2), strict=True)],
                "weeks_observed": history.summary["weeks"],
                "weeks_with_demand": history.summary["demands"],
            },
            index=history.items,
        )
    )


def losses(name: str, demand: pd.DataFrame, origins: int) -> Iterator[dict[str, object]]:
    """One record per data set, origin, class and model."""
    engine = LocalEngine()
    for history, actual in rolling_origins(demand, origins):
        classes, horizon = demand_classes(history), actual.shape[1]
        integral = np.repeat(history.summary["integral"].to_numpy(), horizon)
        spread = index_of_dispersion(history.summary) * (history.summary["total"] / history.summary["weeks"]).to_numpy()
        for model in MODELS.values():
            prediction = model.predict(history, history.items, horizon, engine)
            mean = np.maximum(prediction.mean, 1e-9)
            fixed = weekly_quantiles(
                mean.reshape(-1),
                np.repeat(spread, horizon) / mean.reshape(-1),
                integral,
                tuple(QUANTILES.values()),
            ).reshape(prediction.quantiles.shape)
            loss = scaled_pinball_loss(history, actual.to_numpy(), prediction.quantiles)[:, UPPER].mean(axis=1)
            loss_fixed = scaled_pinball_loss(history, actual.to_numpy(), fixed)[:, UPPER].mean(axis=1)
            size = (history.summary["total"] / history.summary["demands"]).to_numpy()
            for demand_class in classes.unique():
                chosen = (classes == demand_class).to_numpy() & np.isfinite(loss)
                if chosen.sum() >= FEWEST_ITEMS:
                    yield {
                        "set": name,
                        "class": demand_class,
                        "model": model.name,
                        "items": int(chosen.sum()),
                        "loss": loss[chosen].mean(),
                        "loss_fixed": loss_fixed[chosen].mean(),
                        "forecast": (prediction.mean.sum(axis=1) / size)[chosen].sum(),
                        "actual": (actual.to_numpy().sum(axis=1) / size)[chosen].sum(),
                    }


def relative_loss(records: pd.DataFrame, column: str) -> pd.DataFrame:
    """Mean of `column` per class and data set (rows) and model, divided by the `loss` of `historic_average`."""
    means = records.pivot_table(index=["class", "set"], columns="model", values=column, aggfunc="mean")
    benchmark = records[records["model"] == "historic_average"].groupby(["class", "set"])["loss"].mean()
    return means.div(benchmark, axis=0)


def geometric_mean(relative: pd.DataFrame) -> pd.DataFrame:
    """Geometric mean over the data sets, per class."""
    return relative.apply(np.log).groupby("class").mean().apply(np.exp)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--origins", type=int, default=3, help="rolling origins per data set (default 3)")
    parser.add_argument(
        "--warehouse",
        action="store_true",
        help="include the weekly demand of materials in the warehouse of DATABASE_URL",
    )
    arguments = parser.parse_args()
    demand = {
        path.stem: as_weeks(pd.read_parquet(path)) for path in sorted(DATA.glob("*.parquet")) if path.stem in SETS
    }
    if arguments.warehouse:
        demand["warehouse"] = warehouse_demand()
    if not demand:
        parser.error(f"no demand to read: {DATA} is absent; say --warehouse to read DATABASE_URL")
    records = pd.DataFrame(
        [record for name, frame in demand.items() for record in losses(name, frame, arguments.origins)]
    )
    relative = relative_loss(records, "loss")
    bias = records.groupby(["class", "set", "model"])[["forecast", "actual"]].sum()
    items = records[records["model"] == "historic_average"].pivot_table(index="class", columns="set", values="items")
    with pd.option_context("display.width", 200, "display.max_columns", 20, "display.precision", 3):
        print(f"Items per origin\n{items.round().to_string()}")
        print(f"\nLoss relative to historic_average\n{relative.to_string()}")
        print(f"\nGeometric mean over the sets\n{geometric_mean(relative).to_string()}")
        print(f"\nThe same, variance fixed\n{geometric_mean(relative_loss(records, 'loss_fixed')).to_string()}")
        print(f"\nForecast per unit demanded\n{(bias['forecast'] / bias['actual']).unstack('model').to_string()}")


if __name__ == "__main__":
    main()
