"""Questions to the network's process and its answers, as files of NumPy in a folder of the two.

Nothing is pickled: an array that would need it is refused.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from nova_assets.forecasting.lstm.examples import Floats, Series
from nova_assets.forecasting.lstm.settings import NetworkSettings

QUESTION, ANSWER = "question.npz", "answer.npy"


@dataclass(frozen=True)
class Question:
    """What is asked of the network.

    Attributes:
        pool: demand to learn from.
        asked: demand of the items to forecast.
        horizon: weeks to forecast.
    """

    pool: Series
    asked: Series
    horizon: int
    settings: NetworkSettings


def ask(folder: Path, question: Question) -> None:
    """Write the question."""
    np.savez(
        folder / QUESTION,
        pool_demand=question.pool.demand,
        pool_start=question.pool.start,
        asked_demand=question.asked.demand,
        asked_start=question.asked.start,
        horizon=question.horizon,
        settings=json.dumps(asdict(question.settings)),
    )


def read_question(folder: Path) -> Question:
    """Read it in the other process."""
    with np.load(folder / QUESTION, allow_pickle=False) as asked:
        return Question(
            Series(asked["pool_demand"], asked["pool_start"]),
            Series(asked["asked_demand"], asked["asked_start"]),
            int(asked["horizon"]),
            NetworkSettings(**json.loads(str(asked["settings"]))),
        )


def answer(folder: Path, means: Floats) -> None:
    """Write expected demand, shape (items, horizon)."""
    np.save(folder / ANSWER, means, allow_pickle=False)


def read_answer(folder: Path) -> Floats:
    """Read it."""
    return np.load(folder / ANSWER, allow_pickle=False)
