"""Forecasts that another team made, as Parquet files in a folder, become rows of the lake and are loaded like ours."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets import settings
from nova_assets.forecasting.catalogue import CATALOGUE
from nova_assets.forecasting.parameters import ENSEMBLE
from nova_assets.operations.commands import run_module
from nova_assets.operations.dropped_files import LOADED, DropFolder
from nova_assets.operations.forecast_file import ForecastFile, ForecastFileError, read_forecasts
from nova_assets.partitions import WEEK, Window
from nova_assets.registry.analytics import FACT_FORECASTS
from nova_assets.registry.lake import FORECASTS
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse

TABLE = FORECASTS
OWN_MODELS = (ENSEMBLE, *CATALOGUE)
"""The names that nobody else's model may bear."""


class DroppedForecasts(dg.Config):
    """The file to load, as its folder's file system names it."""

    path: str


def forecasts_in(address: str) -> DropFolder:
    return DropFolder.at(address, kind="forecasts", suffix=".parquet", job="load_dropped_forecasts")


@dg.op
def load_forecasts(context: dg.OpExecutionContext, config: DroppedForecasts, lake: Lake, warehouse: Warehouse) -> None:
    """Replace the model's rows of the file's origins in the lake, load these origins, and move the file to `loaded/`.

    A file that cannot be used is moved to `rejected/`, the reason beside it, and nothing of it is written; one whose
    load broke off for another reason stays where it is, so that running this run again loads it.
    """
    address = settings.forecast_drop_folder()
    if address is None:
        raise dg.Failure("NOVA_FORECAST_DROP_FOLDER is not set: there is no folder to load from.")
    folder = forecasts_in(address)
    if not folder.has(config.path):
        raise dg.Failure(f"There is no file {config.path} any more.", allow_retries=False)
    # Read whole before it is judged: a store that is away is not the file's fault.
    with folder.files.open_input_stream(config.path) as stream:
        source = pa.BufferReader(stream.read())
    try:
        with warehouse.connect(context.run_id) as connection:
            forecasts = read_forecasts(source, TABLE, OWN_MODELS, connection)
    except ForecastFileError as error:
        raise folder.rejected(context, config.path, str(error)) from error
    version = write(lake, forecasts)
    context.add_output_metadata(
        {
            "model": forecasts.model,
            "rows": forecasts.rows.num_rows,
            "origins": list(map(str, forecasts.origins)),
            "lake_version": version,
        }
    )
    load(context, forecasts.origins)
    kept = folder.move(config.path, LOADED)
    context.log.info(f"The rows of {forecasts.model} are in the lake's version {version}; the file is kept as {kept}")


def write(lake: Lake, forecasts: ForecastFile) -> int:
    """Replace the model's rows of exactly the file's origins; returns the table's version."""
    version = 0
    for span in spans(forecasts.origins):
        rows = forecasts.rows.filter((pc.field("origin") >= span.first) & (pc.field("origin") <= span.last))
        within = {"model": [forecasts.model]}
        version = lake.write_range(TABLE.name, rows, "origin", span.first, span.last, within)
    return version


def spans(origins: list[date]) -> Iterator[Window]:
    """Sorted Mondays as ranges without gaps."""
    for _, run in groupby(enumerate(origins), key=lambda one: one[1] - one[0] * WEEK):
        weeks = [origin for _, origin in run]
        yield Window(weeks[0], weeks[-1])


def load(context: dg.OpExecutionContext, origins: list[date]) -> None:
    """Run `nova backfill` for the table of PostgreSQL, from the first to the last origin."""
    days = ["--from", origins[0].isoformat(), "--to", origins[-1].isoformat()]
    ended = run_module(context, "nova_assets.backfill", ["--asset", FACT_FORECASTS.relation, *days])
    if ended.code:
        raise dg.Failure(f"The rows are in the lake and were not loaded; run this run again:\n{ended.said}")


@dg.job(
    name="load_dropped_forecasts",
    executor_def=dg.in_process_executor,
    description="Loads forecasts that another team put into the folder NOVA_FORECAST_DROP_FOLDER.",
)
def load_dropped_forecasts() -> None:
    load_forecasts()


def forecast_drop_folder_sensor() -> dg.SensorDefinition:
    """The sensor on NOVA_FORECAST_DROP_FOLDER; it runs from the start where that is set."""
    is_set = settings.forecast_drop_folder() is not None

    @dg.sensor(
        name="forecast_drop_folder",
        job=load_dropped_forecasts,
        minimum_interval_seconds=settings.drop_folder_seconds(),
        default_status=dg.DefaultSensorStatus.RUNNING if is_set else dg.DefaultSensorStatus.STOPPED,
        description="Loads each new Parquet file of the folder NOVA_FORECAST_DROP_FOLDER, one at a time, oldest first.",
    )
    def look(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        address = settings.forecast_drop_folder()
        if address is None:
            return dg.SkipReason("NOVA_FORECAST_DROP_FOLDER is not set: there is no folder to look into.")
        folder = forecasts_in(address)
        if not folder.exists:
            return dg.SkipReason(f"There is no folder {address} (NOVA_FORECAST_DROP_FOLDER).")
        return folder.look(context, request)

    return look


def request(path: str) -> dg.RunConfig:
    return dg.RunConfig(ops={"load_forecasts": DroppedForecasts(path=path)})
