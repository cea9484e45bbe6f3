"""A portfolio in parts is forecast as the whole is, and read from a file that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from nova_assets.forecasting.demand import SCHEMA, StoredDemand, stored_demand
from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.history import History, HistoryError
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.portfolio_forecast import KnownDemand, forecast_portfolio

ORIGINS = [date(2025, 6, 2), date(2025, 9, 1)]
NOW = datetime(2025, 9, 1, tzinfo=UTC)


@pytest.fixture
def batches(portfolio: pd.DataFrame) -> list[pa.RecordBatch]:
    columns = {
        "item_id": pa.array(portfolio["unique_id"]),
        "week": pa.array(portfolio["ds"].dt.date),
        "demand": portfolio["y"],
        "adjustment": pa.array([0.0] * len(portfolio)),
        "family": pa.array(portfolio["unique_id"].str[-1]),
        "unit": pa.array(["UN"] * len(portfolio)),
    }
    return pa.table(columns, schema=SCHEMA).to_batches(max_chunksize=100)


def said(demand: StoredDemand, model: str, origins: Sequence[date] = ORIGINS) -> tuple[pd.DataFrame, list[int]]:
    """What a model says, without what differs from run to run, and of how many items on each origin."""
    known = KnownDemand.of(demand, origins)
    with forecast_portfolio(MODELS[model], known, LocalEngine(), NOW, lambda line: None) as made:
        rows = made.summed.to_reader().read_pandas().drop(columns=["model_version", "run_seconds"])
        return rows, [one.items for one in made.origins]


@pytest.mark.parametrize("model", ["tsb", "pooled_occurrence", "demand_windows"])
def test_parts_with_the_whole_portfolio_to_borrow_from_say_what_the_whole_says(
    model: str, batches: list[pa.RecordBatch]
) -> None:
    with stored_demand(batches) as whole, stored_demand(batches, per_chunk=7) as parts:
        assert (len(whole.chunks), len(parts.chunks), parts.items) == (1, 9, 60)
        (expected, items), (found, items_of_parts) = said(whole, model), said(parts, model)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12)
    assert items_of_parts == items
    assert items[0] < items[1] <= 60


def test_a_pool_smaller_than_the_portfolio_is_what_models_borrow_from(batches: list[pa.RecordBatch]) -> None:
    with stored_demand(batches, per_chunk=20, per_pool=10) as demand:
        parts = list(demand.known_on(ORIGINS[1]))
    pools = [pool for _, pool in parts]
    assert all(pool is pools[0] for pool in pools)
    assert len(pools[0].items) == 10
    assert [len(history.items) for history, _ in parts] == [20, 20, 20]


def test_a_part_of_several_pieces_is_known_as_if_it_were_one(
    batches: list[pa.RecordBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    with stored_demand(batches) as demand:
        ((whole, _),) = demand.known_on(ORIGINS[1])
    monkeypatch.setattr("nova_assets.forecasting.demand.SERIES_PER_PIECE", 4)
    with stored_demand(batches, per_chunk=8, per_pool=9) as demand:
        parts = list(demand.known_on(ORIGINS[1]))
    history = History.together([part for part, _ in parts])
    assert [len(part.items) for part, _ in parts] == [8] * 7 + [4]
    assert len(parts[0][1].items) == 9
    assert history.digest == whole.digest
    pd.testing.assert_frame_equal(history.frame, whole.frame)
    pd.testing.assert_frame_equal(history.unusual, whole.unusual)


def test_an_item_that_ends_before_those_of_another_piece_is_refused(
    batches: list[pa.RecordBatch], portfolio: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nova_assets.forecasting.demand.SERIES_PER_PIECE", 1)
    table = pa.Table.from_batches(batches)
    shortened = table.slice(0, portfolio.groupby("unique_id").size().iloc[0] - 1)
    rest = table.slice(portfolio.groupby("unique_id").size().iloc[0])
    early = [*shortened.to_batches(), *rest.to_batches()]
    with stored_demand(early) as demand, pytest.raises(HistoryError, match="must run to one last week"):
        list(demand.known_on(portfolio["ds"].max().date() + timedelta(weeks=1)))


def test_versions_of_one_part_change_with_the_pool(batches: list[pa.RecordBatch]) -> None:
    versions = set()
    for per_pool in (5, 6):
        with stored_demand(batches, per_pool=per_pool) as demand:
            known = KnownDemand.of(demand, ORIGINS[1:])
            with forecast_portfolio(MODELS["tsb"], known, LocalEngine(), NOW, lambda line: None) as made:
                versions |= set(made.forecasts.to_reader().read_all()["model_version"].to_pylist())
    assert len(versions) == 2


def test_no_demand_is_no_forecast_with_its_reason() -> None:
    with stored_demand([]) as demand:
        known = KnownDemand.of(demand, ORIGINS)
        with forecast_portfolio(MODELS["tsb"], known, LocalEngine(), NOW, lambda line: None) as made:
            assert [*made.forecasts.to_reader(), *made.summed.to_reader()] == []
            assert [one.absent for one in made.origins] == ["there is no demand before the origin"] * 2


def test_the_file_goes_with_its_context(batches: list[pa.RecordBatch]) -> None:
    with stored_demand(batches) as demand:
        assert demand.path.exists()
    assert not demand.path.parent.exists()
