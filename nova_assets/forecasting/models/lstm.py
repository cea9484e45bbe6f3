"""A recurrent network that learns from all items together, in a process and an environment of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import numpy as np

from nova_assets import settings
from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.lstm.examples import Series
from nova_assets.forecasting.lstm.exchange import Question, ask, read_answer
from nova_assets.forecasting.lstm.settings import NetworkSettings
from nova_assets.forecasting.models.moments import MatchedMoments
from nova_assets.forecasting.models.protocol import CannotForecastError
from nova_assets.forecasting.parameters import MOST_WEEKS
from nova_assets.forecasting.portfolio import Floats, Portfolio

WORKER = "nova_assets.forecasting.lstm.worker"
PASSED_ON = ("PATH", "LANG", "TZ", "TMPDIR")
"""Variables of this process that the worker gets: it needs no database and no password."""


@dataclass(frozen=True)
class RecurrentNetwork:
    """Weekly means by one LSTM over the whole portfolio; quantiles by matched moments (`lstm/network.py`).

    Attributes:
        fewest_items: items to learn from, below which a network remembers instead of learning.
        network: how it is built and trained.
    """

    fewest_items: int = 100
    network: NetworkSettings = field(default_factory=NetworkSettings)
    name: str = "lstm"
    family: str = "network"

    @property
    def parameters(self) -> Mapping[str, float]:
        return MappingProxyType({"fewest_items": self.fewest_items, **asdict(self.network)})

    def fit(self, history: History, pool: History, engine: Engine) -> MatchedMoments:
        if len(pool.items) < self.fewest_items:
            raise CannotForecastError(f"{len(pool.items)} items to learn from, fewer than {self.fewest_items}")
        question = Question(_series(pool.portfolio), _series(history.portfolio), MOST_WEEKS, self.network)
        return MatchedMoments.of(history, history.items, answered(question))


def _series(known: Portfolio) -> Series:
    return Series(known.demand, known.start)


def answered(question: Question) -> Floats:
    """Expected demand by the network's process, shape (items, horizon).

    Raises:
        CannotForecastError: its environment is not installed, it failed, or it took too long.
    """
    python, limit = settings.lstm_python(), settings.lstm_seconds()
    if not python.exists():
        raise CannotForecastError(f"the network's environment is not installed ({python}): make install-lstm")
    with TemporaryDirectory(prefix="nova-lstm-") as name:
        folder = Path(name)
        ask(folder, question)
        try:
            done = subprocess.run(
                [python, "-m", WORKER, folder],
                env=_environment(folder),
                cwd=settings.PROJECT_ROOT,
                capture_output=True,
                text=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CannotForecastError(f"the network did not end within NOVA_LSTM_SECONDS={limit}") from error
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise CannotForecastError(f"the network's process ended with {done.returncode}: {last}")
        means = read_answer(folder)
    if not np.isfinite(means).all():
        raise CannotForecastError("the network's training diverged")
    return means


def _environment(folder: Path) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {
        **inherited,
        "KERAS_BACKEND": "jax",
        # Where Keras would leave a file of settings.
        "KERAS_HOME": str(folder),
        "JAX_PLATFORMS": "cpu",
        # One thread: equal results on any machine, and the other core for somebody else.
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
        "OMP_NUM_THREADS": "1",
    }


LSTM = RecurrentNetwork()
