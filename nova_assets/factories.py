"""Makes Dagster assets out of registry entries: what a table is comes from the registry, how it is made from `sql/`."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from nova_assets import registry
from nova_assets.checks import CheckResult, check_names
from nova_assets.drift import drift_meanings
from nova_assets.partitions import FIRST_DAY, HISTORY, SAME_DAYS, covers_days, daily, run_window, weekly_origins
from nova_assets.publication import PublicationError, Published, Query
from nova_assets.registry import Grain, Kind, Severity, Table
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import check_sql, table_sql

PARTITIONS: dict[Grain, dg.PartitionsDefinition | None] = {
    Grain.DAILY: daily,
    Grain.WEEKLY: weekly_origins,
    Grain.WHOLE: None,
}
SINGLE_RUN = dg.BackfillPolicy.single_run()


def asset_key(relation: str) -> dg.AssetKey:
    """The asset key of `schema.table`."""
    return dg.AssetKey(relation.split("."))


def table_spec(table: Table, *, kinds: set[str], code: str) -> dg.AssetSpec:
    """The asset of a table with all that the registry knows of it.

    Args:
        table: the registry entry.
        kinds: what makes it and where it lives, as Dagster shows it.
        code: the text that makes the table; its hash is the code version.
    """
    return dg.AssetSpec(
        asset_key(table.relation),
        deps=[dg.AssetDep(asset_key(up), partition_mapping=_mapping(table, up)) for up in table.upstream],
        description=table.meaning,
        group_name=table.group,
        owners=[table.owner],
        kinds=kinds,
        tags={"schema": table.schema},
        code_version=hashlib.sha256(code.encode()).hexdigest()[:12],
        partitions_def=PARTITIONS[table.grain],
        metadata={
            "dagster/table_name": table.relation,
            "dagster/column_schema": _column_schema(table),
            "key": ", ".join(table.key),
        },
    )


def check_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """The checks that run before the table is published; a failed one of severity ERROR stops what is downstream."""
    return [
        dg.AssetCheckSpec(
            name,
            asset=asset_key(table.relation),
            description=meaning,
            blocking=table.severity(name) is Severity.ERROR,
        )
        for name, meaning in (check_names(table) | drift_meanings(table)).items()
    ]


def sql_asset(table: Table) -> dg.AssetsDefinition:
    """An asset that a SELECT makes inside PostgreSQL: no row leaves the server.

    Beside its window, the SELECT may name %(first_day)s, the first day that any table can have.
    """
    code = "\n".join([table_sql(table), *(check_sql(rule.name) for rule in table.rules)])

    @dg.multi_asset(
        name=f"{table.schema}__{table.name}",
        specs=[table_spec(table, kinds={"postgres", "sql"}, code=code)],
        check_specs=check_specs(table),
        backfill_policy=None if table.grain is Grain.WHOLE else SINGLE_RUN,
        pool="warehouse",
    )
    def replace(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
        window = run_window(context)
        query = Query(table_sql(table), {"first_day": FIRST_DAY})
        yield from publication_events(
            context, lambda: [warehouse.replace_range(table, window, query, context.run.run_id)]
        )

    return replace


def view_asset(view: Table) -> dg.AssetsDefinition:
    """An asset that refreshes a materialized view without blocking its readers."""

    @dg.multi_asset(
        name=f"{view.schema}__{view.name}",
        specs=[table_spec(view, kinds={"postgres", "view"}, code=table_sql(view))],
        check_specs=check_specs(view),
        pool="warehouse",
    )
    def refresh(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
        yield from publication_events(context, lambda: [warehouse.refresh(view, context.run.run_id)])

    return refresh


def publication_events(
    context: dg.AssetExecutionContext, publish: Callable[[], Sequence[Published]], **metadata: Any
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Publish, and tell Dagster of it: rows, rows per partition, version, seconds, checks, and `metadata`.

    Of tables that are published along with the asset's own (rejected rows), Dagster is told nothing.

    Raises:
        dagster.Failure: checks refused the rows; they are reported as failed, with examples, and nothing was changed.
    """
    started = time.perf_counter()
    try:
        published = publish()
    except PublicationError as error:
        for relation, results in error.results.items():
            if asset_key(relation) in context.assets_def.keys:
                yield from (_check_result(asset_key(relation), result) for result in results)
        raise dg.Failure(str(error), metadata=_failed_examples(error), allow_retries=False) from error
    seconds = time.perf_counter() - started
    for one in published:
        if asset_key(one.relation) in context.assets_def.keys:
            yield _materialized(context, one, {"seconds": round(seconds, 3), **metadata})


def _materialized(
    context: dg.AssetExecutionContext, published: Published, metadata: Mapping[str, Any]
) -> dg.MaterializeResult:
    key = asset_key(published.relation)
    lineage = {"dagster/column_lineage": column_lineage(registry.table(published.relation))}
    if covers_days(context):
        _add_partition_counts(context, key, published)
        # Dagster shows the lineage of the latest event: on every partition's it would only be repeated.
        context.add_asset_metadata(lineage, asset_key=key, partition_key=context.partition_key_range.end)
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            "dagster/row_count": published.total_rows,
            "rows_written": published.rows,
            "changed": published.changed,
            "version": published.version,
            **metadata,
            **({} if covers_days(context) else lineage),
        },
        check_results=[_check_result(key, result) for result in published.checks],
    )


def _failed_examples(error: PublicationError) -> dict[str, dg.MetadataValue]:
    return {
        f"{relation}: {result.name}": dg.MetadataValue.json(result.example_texts)
        for relation, results in error.results.items()
        for result in results
        if result.refuses
    }


def _mapping(table: Table, upstream: str) -> dg.PartitionMapping | None:
    """What a partition reads of another partitioned table: its own days, or, made on an origin, the past alone."""
    source = next((entry for entry in registry.ALL if entry.relation == upstream), None)
    if source is None:
        return None
    if Grain.WHOLE in (table.grain, source.grain):
        return None
    return HISTORY if table.window_column == "origin" and source.window_column != "origin" else SAME_DAYS


def _column_schema(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=f"{column.meaning} [{column.unit}]" if column.unit else column.meaning,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable, unique=table.key == (column.name,), other=_constraints(column)
                ),
            )
            for column in table.columns
        ]
    )


def _constraints(column: registry.Column) -> list[str]:
    stated = [
        f"one of {', '.join(column.allowed)}" if column.allowed else "",
        f"at least {column.minimum:g}" if column.minimum is not None else "",
        f"at most {column.maximum:g}" if column.maximum is not None else "",
    ]
    return [constraint for constraint in stated if constraint]


def column_lineage(table: Table) -> dg.TableColumnLineage:
    """Which columns each column of a table is made from, as Dagster shows it."""
    return dg.TableColumnLineage(
        {
            column.name: [
                dg.TableColumnDep(asset_key=asset_key(relation), column_name=name)
                for relation, _, name in (source.rpartition(".") for source in column.sources)
            ]
            for column in table.columns
            if column.sources
        }
    )


def _add_partition_counts(context: dg.AssetExecutionContext, key: dg.AssetKey, published: Published) -> None:
    rows_by_key = {day.isoformat(): rows for day, rows in published.rows_by_date.items()}
    for partition in context.partition_keys:
        rows = rows_by_key.get(partition, 0)
        context.add_asset_metadata({"dagster/partition_row_count": rows}, asset_key=key, partition_key=partition)


def _check_result(key: dg.AssetKey, result: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=result.name,
        passed=result.passed,
        severity=dg.AssetCheckSeverity[result.severity.name],
        description=f"{result.meaning}. {result.remedy}" if result.remedy else result.meaning,
        metadata={
            "offending_rows": result.offending_rows,
            **({} if result.passed else {"examples": dg.MetadataValue.json(result.example_texts)}),
        },
    )


def make_assets(tables: Sequence[Table]) -> list[dg.AssetsDefinition]:
    """The assets of registry entries that SQL makes."""
    return [view_asset(table) if table.kind is Kind.VIEW else sql_asset(table) for table in tables]
