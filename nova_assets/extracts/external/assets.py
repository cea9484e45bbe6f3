"""The assets that read public sources into staging, and the sources themselves as the graph's first assets."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
from psycopg import sql

from nova_assets.extracts.external.readings import ChangedAnswerError, Reading
from nova_assets.extracts.external.sources import SOURCES, Quality, Source
from nova_assets.factories import asset_key, check_specs, publication_events, table_spec
from nova_assets.partitions import TIMEZONE, Window, run_window
from nova_assets.publication import Query
from nova_assets.registry import Table
from nova_assets.registry.external import PUBLIC
from nova_assets.resources.http import AnswerTooLargeError, Http, RequestRefusedError, SourceUnreachableError
from nova_assets.resources.warehouse import Warehouse
from nova_assets.settings import InvalidSettingError, reads_network
from nova_assets.sqlfiles import read_sql

MERGE = "external/merged_readings.sql"
REACHABLE = "source_reachable"
# A run that fails loses at most a year; INMET's files are years anyway.
YEAR_PER_RUN = dg.BackfillPolicy.multi_run(max_partitions_per_run=366)
# For the warehouse's connection: a source that cannot be reached was already asked several times and fails nothing.
RETRIES = dg.RetryPolicy(max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


@dataclass(frozen=True)
class Answer:
    """What came of asking a source: readings, or the reason why there are none and the old ones stay."""

    readings: Sequence[Reading]
    quality: Quality
    unreachable: str | None = None


def published_source(source: Source) -> dg.AssetSpec:
    """The source as an asset that nobody here makes; each answer counts as its materialization, so its freshness is
    that of the last answer, whatever the tables below keep serving."""
    return dg.AssetSpec(
        asset_key(source.published),
        description=PUBLIC[source.published],
        group_name="external",
        owners=[source.table.owner],
        kinds={"http"},
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=2 * source.fresh_for, warn_window=source.fresh_for),
    )


def staging_asset(source: Source) -> dg.AssetsDefinition:
    """Reads a source into its table. A source that cannot be reached leaves the table as it is, and a warning."""
    table = source.table

    @dg.multi_asset(
        name=f"{table.schema}__{table.name}",
        specs=[table_spec(table, kinds={"http", "postgres"}, code=_code())],
        check_specs=[
            *check_specs(table),
            dg.AssetCheckSpec(
                REACHABLE,
                asset=asset_key(table.relation),
                description="The source answered; if not, the values of its last answer stay",
            ),
        ],
        backfill_policy=YEAR_PER_RUN if table.window_column else None,
        retry_policy=RETRIES,
        pool=source.host,
    )
    def read(context: dg.AssetExecutionContext, warehouse: Warehouse, http: Http) -> Iterator[Any]:
        window = run_window(context)
        days = window or _span(source)
        answer = ask(source, http, days)
        if answer.unreachable is None and answer.quality is not Quality.SIMULATED:
            context.log_event(_answered(source, days, answer))
        yield _reachable(table, answer)
        query = merged(table, answer, days, datetime.now(ZoneInfo(TIMEZONE)))
        yield from publication_events(
            context,
            lambda: [warehouse.replace_range(table, window, query, context.run.run_id)],
            readings=len(answer.readings),
            quality=answer.quality.value,
            source_reachable=answer.unreachable is None,
            **_last_answer(warehouse, table, answer),
        )

    return read


def ask(source: Source, http: Http, days: Window) -> Answer:
    """Read the days from the network, or simulate them, as the setting NOVA_EXTERNAL says.

    Raises:
        dagster.Failure: the source answers otherwise than we know, or refuses the request: a person must look.
    """
    try:
        if not reads_network():
            return Answer(source.simulate(days), Quality.SIMULATED)
        return Answer(source.read(http, days), source.quality)
    except SourceUnreachableError as error:
        return Answer([], source.quality, unreachable=str(error))
    except (ChangedAnswerError, RequestRefusedError, AnswerTooLargeError, InvalidSettingError) as error:
        raise dg.Failure(f"{error} The previous values stay served.", allow_retries=False) from error


def merged(table: Table, answer: Answer, days: Window, now: datetime) -> Query:
    """The rows of the table after the answer: see the SQL file for which row wins."""
    text = sql.SQL(read_sql(MERGE)).format(table=sql.Identifier(table.schema, table.name)).as_string(None)  # pyright: ignore[reportArgumentType]
    rows = [
        {
            "series": one.series.name,
            "region": one.region,
            "date": one.date.isoformat(),
            "value": str(one.value),
            "unit": one.series.unit,
            "quality": answer.quality.value,
            "fetched_at": now.isoformat(),
        }
        for one in answer.readings
    ]
    return Query(
        text,
        {
            "rows": json.dumps(rows, ensure_ascii=False),
            "answered": answer.unreachable is None,
            "first": days.first if table.window_column else date.min,
            "last": days.last if table.window_column else date.max,
        },
    )


def _span(source: Source) -> Window:
    if source.span is None:
        raise ValueError(f"{source.table.relation} has no partitions and no span to read instead")
    return source.span(datetime.now(ZoneInfo(TIMEZONE)).date())


def _answered(source: Source, days: Window, answer: Answer) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        asset_key(source.published), metadata={"days": str(days), "readings": len(answer.readings)}
    )


def _reachable(table: Table, answer: Answer) -> dg.AssetCheckResult:
    simulated = answer.quality is Quality.SIMULATED
    description = "Not asked: NOVA_EXTERNAL=simulated" if simulated else "The source answered"
    return dg.AssetCheckResult(
        asset_key=asset_key(table.relation),
        check_name=REACHABLE,
        passed=answer.unreachable is None,
        severity=dg.AssetCheckSeverity.WARN,
        description=answer.unreachable or description,
    )


def _last_answer(warehouse: Warehouse, table: Table, answer: Answer) -> dict[str, str]:
    """For a source that cannot be reached: how old the values are that stay."""
    if answer.unreachable is None:
        return {}
    query = sql.SQL("SELECT max(fetched_at) FROM {} WHERE quality <> {}").format(
        sql.Identifier(table.schema, table.name), sql.Literal(Quality.SIMULATED.value)
    )
    with warehouse.connect() as connection:
        row = connection.execute(query).fetchone()
    last = row[0].isoformat() if row and row[0] else "never"
    return {"unreachable": answer.unreachable, "values_kept_from": last}


def _code() -> str:
    folder = Path(__file__).parent
    return "\n".join([read_sql(MERGE), *(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.py")))])


published_sources = [published_source(source) for source in SOURCES]
staging_tables = [staging_asset(source) for source in SOURCES]
