"""Who may compute besides the process of the run, and the one rule that says when they pay."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from nova_assets.forecasting.series import Floats, Series


class Workers(ABC):
    """Processes that forecast batches of series side by side.

    Starting them costs seconds, and handing work over costs a little each time. Whether that pays depends on the
    estimator, the length of the series and how many there are, by factors of ten thousand, so that nothing is assumed
    about them: the engine measures its own pace on the first series and asks `pay` about the rest.

    Args:
        abreast: how many work at a time.
        start_seconds: what starting them costs.
        handover_seconds: what giving them work costs once they have started.
        batch_seconds: how long one batch should take one of them.
        fewest_batches: in how many parts even little work is given away, so that none waits long for the last one.
    """

    def __init__(
        self, abreast: int, start_seconds: float, handover_seconds: float, batch_seconds: float, fewest_batches: int
    ) -> None:
        self.abreast, self.batch_seconds, self.fewest_batches = abreast, batch_seconds, fewest_batches
        self._start_seconds, self._handover_seconds = start_seconds, handover_seconds
        self._alone_seconds = 0.0
        self._started = False

    def pay(self, seconds: float) -> bool:
        """Whether work that takes so long in this process is worth giving away.

        Who has started is asked for what is saved beyond the handover. Who has not is started once the work that this
        process has done alone so far, and this, would have been shortened by the cost of the start: many short works
        after another pay like one long, and the time lost before is never more than the start costs.
        """
        gain = 1 - 1 / self.abreast
        if self._started:
            return gain * seconds > self._handover_seconds
        return gain * (self._alone_seconds + seconds) > self._start_seconds and gain * seconds > self._handover_seconds

    def worked_alone(self, seconds: float) -> None:
        """To be told how long this process computed without them."""
        self._alone_seconds += seconds

    def run(
        self, estimator: Any, batches: Sequence[Series], horizon: int, finished: Callable[[int], None]
    ) -> list[Floats]:
        """Forecasts of each batch, in their order.

        Args:
            estimator: a model of `statsforecast.models`.
            batches: the series.
            horizon: number of weeks.
            finished: called with the number of series done so far, now and then.
        """
        means = self._run(estimator, batches, horizon, finished)
        self._started = True
        return means

    @abstractmethod
    def _run(
        self, estimator: Any, batches: Sequence[Series], horizon: int, finished: Callable[[int], None]
    ) -> list[Floats]: ...
