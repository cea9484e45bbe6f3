"""Workers on this machine: one process per core, started when they pay and kept for as long as the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from typing import Any

from nova_assets.forecasting.series import Floats, Series, means_of
from nova_assets.forecasting.workers import Workers

START_SECONDS = 3.0
"""A worker starts a new Python and imports statsforecast; `bench/forecast_speed.py` prints what it takes."""

HANDOVER_SECONDS = 0.05
"""Pickling a batch, waking a worker, and its answer."""

BATCH_SECONDS = 0.5
BATCHES_PER_CORE = 4
IDLE_SECONDS = 300


def available_cores() -> int:
    """Cores that this process may use: its affinity and its container's share, not the machine's."""
    from loky import cpu_count

    return cpu_count()


class Cores(Workers):
    """Worker processes by loky.

    They are fresh interpreters, not forks: the process of a run has threads of Arrow and gRPC that do not survive a
    fork. They import what computes and not the program that started them, and end with it.

    Args:
        jobs: how many; one means that everything is computed in the process of the run.
    """

    def __init__(self, jobs: int) -> None:
        super().__init__(jobs, START_SECONDS, HANDOVER_SECONDS, BATCH_SECONDS, BATCHES_PER_CORE * jobs)

    def _run(
        self, estimator: Any, batches: Sequence[Series], horizon: int, finished: Callable[[int], None]
    ) -> list[Floats]:
        from loky import get_reusable_executor

        executor = get_reusable_executor(max_workers=self.abreast, timeout=IDLE_SECONDS)
        futures = [executor.submit(means_of, estimator, batch, horizon) for batch in batches]
        sizes = {future: len(batch) for future, batch in zip(futures, batches, strict=True)}
        done = 0
        for future in as_completed(futures):
            future.result()
            done += sizes[future]
            finished(done)
        return [future.result() for future in futures]
