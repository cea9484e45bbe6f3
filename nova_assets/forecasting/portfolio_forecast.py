"""What one model says of the whole portfolio on some origins: part by part, with its rows on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from nova_assets.forecasting.demand import MOST_SERIES_KEPT, StoredDemand
from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.protocol import Model
from nova_assets.forecasting.origin import OriginForecast, OriginSummary, forecast_origin
from nova_assets.forecasting.progress import ProgressLog, part_of
from nova_assets.forecasting.rows import FORECASTS_SCHEMA, SUMMED_SCHEMA
from nova_assets.forecasting.stored_rows import StoredRows


@dataclass(frozen=True)
class KnownDemand:
    """What is known of a portfolio on some origins.

    Attributes:
        parts: origin → the items to forecast, each with the pool to borrow from; every model reads them once.
        series: about how many series they are, all origins together.
    """

    parts: Mapping[date, Iterable[tuple[History, History]]]
    series: int

    @classmethod
    def of(cls, demand: StoredDemand, origins: Sequence[date]) -> KnownDemand:
        """Kept for the next model where it is little, else cut anew for each, in the same memory."""
        series = demand.items * len(origins)
        parts = {origin: _Parts(demand, origin) for origin in origins}
        kept = series <= MOST_SERIES_KEPT
        return cls({origin: list(of_origin) if kept else of_origin for origin, of_origin in parts.items()}, series)


@dataclass(frozen=True)
class _Parts:
    """The parts of an origin, made anew each time they are looked at."""

    demand: StoredDemand
    origin: date

    def __iter__(self) -> Iterator[tuple[History, History]]:
        return self.demand.known_on(self.origin)


@dataclass(frozen=True)
class PortfolioForecast:
    """The rows of one model.

    Attributes:
        origins: what there is of each origin.
        forecasts: rows of the lake's table `forecasts`, in a file.
        summed: rows of the lake's table `summed_demand`, in a file.
    """

    origins: list[OriginSummary]
    forecasts: StoredRows
    summed: StoredRows


@contextmanager
def forecast_portfolio(
    model: Model, known: KnownDemand, engine: Engine, now: datetime, log: Callable[[str], object]
) -> Iterator[PortfolioForecast]:
    """Forecast every item on every origin; the rows can be read for as long as the context lasts.

    Args:
        known: what is known on each origin.
        engine: where estimators run.
        now: instant written as `generated_at`.
        log: takes lines about the progress of what lasts long.
    """
    with TemporaryDirectory(prefix="nova-rows-") as folder:
        forecasts = StoredRows(Path(folder) / "forecasts.arrow", FORECASTS_SCHEMA)
        summed = StoredRows(Path(folder) / "summed.arrow", SUMMED_SCHEMA)
        with forecasts.writing() as write_forecasts, summed.writing() as write_summed:

            def write(made: OriginForecast) -> None:
                write_forecasts(made.forecasts)
                write_summed(made.summed)

            origins = _write_origins(model, known, engine, now, log, write)
        yield PortfolioForecast(origins, forecasts, summed)


def _write_origins(
    model: Model,
    known: KnownDemand,
    engine: Engine,
    now: datetime,
    log: Callable[[str], object],
    write: Callable[[OriginForecast], None],
) -> list[OriginSummary]:
    """A function of its own, which leaves nothing of the last part in memory."""
    told, done = ProgressLog(model.name, log), 0
    origins = []
    for parts in known.parts.values():
        summaries: list[OriginSummary] = []
        for history, pool in parts:
            made = forecast_origin(model, history, pool, engine.reporting(part_of(told, done, known.series)), now)
            write(made)
            summaries.append(made.summary)
            done += len(history.items)
            told(done, known.series)
        origins.append(OriginSummary.of(summaries))
    return origins
