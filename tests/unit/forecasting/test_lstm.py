"""The recurrent network: what it sees, how its process is asked, and that it learns from the whole portfolio."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from sys import executable

import numpy as np
import pandas as pd
import pytest

from nova_assets import settings
from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.lstm.examples import Series, drawn_origins, examples
from nova_assets.forecasting.lstm.exchange import Question, ask, read_question
from nova_assets.forecasting.lstm.settings import NetworkSettings
from nova_assets.forecasting.models.lstm import RecurrentNetwork, answered
from nova_assets.forecasting.models.protocol import CannotForecastError

ORIGIN = date(2025, 9, 1)
SERIES = Series(np.array([[0.0, 0, 4, 0, 2, 6], [1, 1, 1, 1, 1, 1]]), np.array([2, 0]))
QUESTION = Question(SERIES, SERIES, 3, NetworkSettings(window=4, steps=2, batch=8))


def test_an_example_is_the_window_before_and_the_weeks_after_in_units_of_the_mean() -> None:
    one = examples(SERIES, np.array([0]), np.array([5]), window=4, horizon=3)
    assert one.mean.tolist() == [2.0]
    assert one.seen[0, :, 0] == pytest.approx(np.log1p([0, 2, 0, 1]))
    assert one.seen[0, :, 1].tolist() == [0, 1, 0, 1]
    assert one.seen[0, :, 2].tolist() == [0, 1, 1, 1]
    assert one.following[0] == pytest.approx([3, np.nan, np.nan], nan_ok=True)


def test_an_example_sees_nothing_from_its_origin_on() -> None:
    spiked = Series(np.where(np.arange(6) >= 4, 999.0, SERIES.demand), SERIES.start)
    seen, with_spike = (examples(one, np.array([0, 1]), np.array([4, 4]), 4, 2).seen for one in (SERIES, spiked))
    assert seen.tolist() == with_spike.tolist()


def test_examples_are_drawn_after_the_first_demand_and_before_the_last_week_ends() -> None:
    rows, cuts = drawn_origins(SERIES, 500, np.random.default_rng(1))
    assert set(rows) == {0, 1}
    assert {(row, cuts[rows == row].min(), cuts[rows == row].max()) for row in (0, 1)} == {(0, 3, 5), (1, 1, 5)}


def test_an_item_known_for_one_week_is_not_learned_from() -> None:
    rows, _ = drawn_origins(Series(np.array([[0.0, 0, 3], [1, 0, 1]]), np.array([2, 0])), 50, np.random.default_rng(1))
    assert set(rows) == {1}


def test_a_question_is_read_as_it_was_asked(tmp_path: Path) -> None:
    ask(tmp_path, QUESTION)
    read = read_question(tmp_path)
    assert read.asked.demand.tolist() == SERIES.demand.tolist()
    assert read.pool.start.tolist() == SERIES.start.tolist()
    assert (read.horizon, read.settings) == (QUESTION.horizon, QUESTION.settings)


def test_without_its_environment_the_command_that_makes_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOVA_LSTM_PYTHON", str(tmp_path / "python"))
    with pytest.raises(CannotForecastError, match=r"not installed .*: make install-lstm"):
        answered(QUESTION)


def test_a_process_that_fails_says_its_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    # The forecasting environment has no Keras.
    monkeypatch.setenv("NOVA_LSTM_PYTHON", executable)
    with pytest.raises(CannotForecastError, match=r"ended with 1: ModuleNotFoundError: No module named 'keras'"):
        answered(QUESTION)


def test_a_process_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = tmp_path / "python"
    endless.write_text("#!/bin/sh\nexec sleep 600\n")
    endless.chmod(0o755)
    monkeypatch.setenv("NOVA_LSTM_PYTHON", str(endless))
    monkeypatch.setenv("NOVA_LSTM_SECONDS", "1")
    with pytest.raises(CannotForecastError, match="did not end within NOVA_LSTM_SECONDS=1"):
        answered(QUESTION)


def test_a_small_portfolio_is_not_learned_from() -> None:
    frame = pd.DataFrame({"unique_id": "A", "ds": np.datetime64(ORIGIN) - WEEK * np.arange(1, 9), "y": 1.0})
    history = History.before(ORIGIN, frame)
    with pytest.raises(CannotForecastError, match="1 items to learn from, fewer than 100"):
        RecurrentNetwork().fit(history, history, LocalEngine())


@pytest.mark.skipif(not settings.lstm_python().exists(), reason="needs the network's environment: make install-lstm")
def test_the_network_learns_from_the_portfolio_what_no_item_shows_alone() -> None:
    """Every item's demand comes in every fourth week: one that was seen twice is expected to go on like the others."""
    random = np.random.default_rng(8)
    weeks = np.datetime64(ORIGIN) - WEEK * np.arange(40, 0, -1)
    frames = []
    for item in range(120):
        size, phase = random.integers(1, 200), random.integers(0, 4)
        demand = np.where((np.arange(40) + phase) % 4 == 0, size, 0.0)
        frames.append(pd.DataFrame({"unique_id": f"{item:03d}", "ds": weeks, "y": demand}))
    new = pd.DataFrame({"unique_id": "new", "ds": weeks[-8:], "y": [70.0, 0, 0, 0, 70, 0, 0, 0]})
    history = History.before(ORIGIN, pd.concat([*frames, new], ignore_index=True).astype({"ds": "datetime64[ns]"}))
    network = NetworkSettings(window=16, units=16, steps=150, batch=64, learning_rate=0.02)
    said = RecurrentNetwork(network=network).fit(history, history, LocalEngine())
    assert said.items.tolist() == history.items.tolist()
    expected = said.means[history.items.get_loc("new"), :4]
    assert expected[0] > 45
    assert expected[1:].max() < 10
