"""What the models say, read from the lake as it is asked for: an origin and some of the items at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.forecasting.history import WEEK
from nova_assets.forecasting.parameters import ALL_SITES, HORIZON_WEEKS, QUANTILES, SUMMED_QUANTILES, SUMMED_WEEKS
from nova_assets.forecasting.portfolio import Floats, Integers
from nova_assets.forecasting.rows import Figures
from nova_assets.registry.lake import FORECASTS, SUMMED_DEMAND
from nova_assets.resources.lake import Lake
from nova_assets.resources.lake_slice import Slice
from nova_assets.resources.lake_snapshot import LakeSnapshot

WEEKLY_FIGURES = ("forecast_value", *QUANTILES)
SUMMED_FIGURES = ("forecast_value", *SUMMED_QUANTILES)


@dataclass(frozen=True)
class Statement:
    """What a model says on an origin of some items.

    Attributes:
        version: the model's version.
        figures: NaN for items that it does not speak of.
    """

    version: str
    figures: Figures


@dataclass(frozen=True)
class Said:
    """What some models say, in one version of the lake's tables `forecasts` and `summed_demand`."""

    forecasts: LakeSnapshot
    summed: LakeSnapshot
    models: tuple[str, ...]

    @classmethod
    def by(cls, models: Sequence[str], lake: Lake) -> Said:
        """What these models say, as the lake has it now.

        Raises:
            LakeTableMissingError: no model was ever materialized.
        """
        return cls(lake.snapshot(FORECASTS.name), lake.snapshot(SUMMED_DEMAND.name), tuple(models))

    def only(self, models: Sequence[str]) -> Said:
        """The same of other models."""
        return replace(self, models=tuple(models))

    @cached_property
    def _speaking(self) -> frozenset[tuple[str, str]]:
        found = (
            {(partition["origin"], partition["model"]) for partition in snapshot.partitions}
            for snapshot in (self.forecasts, self.summed)
        )
        return frozenset.intersection(*map(frozenset, found))

    def models_of(self, origin: date) -> list[str]:
        """The models that speak on an origin, sorted."""
        return sorted(model for model in self.models if (origin.isoformat(), model) in self._speaking)

    def statements(self, origin: date, models: Sequence[str], items: pd.Index) -> Mapping[str, Statement]:
        """Model → all that it says on an origin of `items`; without those that say nothing of any."""
        weekly = self._read(self.forecasts, origin, models, items, ["forecast_date", "model_version", *WEEKLY_FIGURES])
        summed = self._read(self.summed, origin, models, items, ["weeks", *SUMMED_FIGURES])
        weeks = pa.array((np.datetime64(origin) + WEEK * np.arange(HORIZON_WEEKS)).astype("datetime64[D]"))
        numbers = pa.array(SUMMED_WEEKS, pa.int32())
        said = {}
        for name in models:
            of_model = weekly.filter(pc.field("model") == name)
            if of_model.num_rows:
                figures = Figures(
                    items,
                    _cube(of_model, items, "forecast_date", weeks, WEEKLY_FIGURES),
                    _cube(summed.filter(pc.field("model") == name), items, "weeks", numbers, SUMMED_FIGURES),
                )
                said[name] = Statement(of_model["model_version"][0].as_py(), figures)
        return said

    def quantiles(self, origin: date, models: Sequence[str], weeks: int, items: pd.Index) -> Mapping[str, Floats]:
        """Model → quantiles of the demand of `weeks` weeks together, (items, `SUMMED_QUANTILES`); NaN where it says
        nothing.
        """
        wanted = [("weeks", "=", weeks)]
        rows = self._read(self.summed, origin, models, items, ["weeks", *SUMMED_QUANTILES], wanted)
        step = pa.array([weeks], pa.int32())
        return {
            name: _cube(rows.filter(pc.field("model") == name), items, "weeks", step, tuple(SUMMED_QUANTILES))[:, 0]
            for name in models
        }

    @staticmethod
    def _read(
        table: LakeSnapshot,
        origin: date,
        models: Sequence[str],
        items: pd.Index,
        columns: Sequence[str],
        wanted: Sequence[tuple[str, str, object]] = (),
    ) -> pa.Table:
        names = ["item_id", "model", *columns]
        if not models or items.empty:
            return pa.schema([table.schema.field(name) for name in names]).empty_table()
        of_all_sites = Slice("origin", origin, origin, {"model": models, "site_id": [ALL_SITES]})
        # Files are sorted by item, and say of each group of rows from which item to which it goes.
        between = [("item_id", ">=", items[0]), ("item_id", "<=", items[-1])]
        return table.read(of_all_sites, names, [*between, *wanted])


def _cube(rows: pa.Table, items: pd.Index, step: str, steps: pa.Array, figures: Sequence[str]) -> Floats:
    """(items, steps, figures), NaN where there is no row."""
    cube = np.full((len(items), len(steps), len(figures)), np.nan)
    at_item, at_step = _positions(rows["item_id"], pa.array(items, pa.string())), _positions(rows[step], steps)
    known = (at_item >= 0) & (at_step >= 0)
    for position, name in enumerate(figures):
        cube[at_item[known], at_step[known], position] = rows[name].to_numpy()[known]
    return cube


def _positions(values: pa.ChunkedArray, known: pa.Array) -> Integers:
    """Where in `known` each value is, -1 where it is not there."""
    found = pc.index_in(values, value_set=known)  # pyright: ignore[reportAttributeAccessIssue] — made at import
    return pc.fill_null(found, -1).to_numpy()
