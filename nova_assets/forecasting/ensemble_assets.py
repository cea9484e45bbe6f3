"""The assets `lake/forecasts`, `lake/summed_demand` and `lake/ensemble_standings`: what is served, and why."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import dagster as dg
import pyarrow as pa

from nova_assets.factories import SINGLE_RUN, asset_key, column_lineage, table_spec
from nova_assets.forecasting.catalogue import CATALOGUE
from nova_assets.forecasting.model_assets import model_key, origins_between, write_rows
from nova_assets.forecasting.parameters import ENSEMBLE, VALIDATION_ORIGINS, VALIDATION_WEEKS
from nova_assets.forecasting.served_checks import require_served, served_check_results, served_check_specs
from nova_assets.forecasting.version import code_version
from nova_assets.partitions import key_range
from nova_assets.registry.lake import ENSEMBLE_STANDINGS, FORECASTS, MADE_BY_ENSEMBLE
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

if TYPE_CHECKING:
    import pandas as pd

    from nova_assets.forecasting.average import Chosen

VALIDATED = timedelta(weeks=VALIDATION_ORIGINS * VALIDATION_WEEKS)
PAST_AND_PRESENT = dg.TimeWindowPartitionMapping(
    start_offset=-(VALIDATED.days // 7), allow_nonexistent_upstream_partitions=True
)
"""An origin is averaged from what the models say on it, chosen by what they said on origins before it."""


def _specs() -> list[dg.AssetSpec]:
    said = [dg.AssetDep(model_key(name), partition_mapping=PAST_AND_PRESENT) for name in CATALOGUE]
    specs = [table_spec(table, kinds={"python", "deltalake"}, code=code_version()) for table in MADE_BY_ENSEMBLE]
    return [spec.replace_attributes(deps=[*spec.deps, *said]) for spec in specs]


@dg.multi_asset(name="lake__ensemble", specs=_specs(), check_specs=served_check_specs(), backfill_policy=SINGLE_RUN)
def ensemble(
    context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Choose the models of each origin by the origins before it, and average what they say.

    Nothing is written where the served forecasts of past origins, made in this run or before, fail a check.
    """
    from nova_assets.forecasting.demand import stored_demand
    from nova_assets.forecasting.said import Said
    from nova_assets.forecasting.serving import SERIES_AT_ONCE, Serving

    first, last = key_range(context)
    origins, seconds = origins_between(first, last), {}
    started = time.perf_counter()
    site_demand = read_site_demand(warehouse, first, last)
    batches = warehouse.query_batches(read_sql("forecasting/history.sql"), [last])
    with (
        stored_demand(batches, SERIES_AT_ONCE, per_pool=0) as demand,
        TemporaryDirectory(prefix="nova-rows-") as folder,
    ):
        seconds["read"] = time.perf_counter() - started

        started = time.perf_counter()
        serving = Serving(Path(folder), demand, Said.by(tuple(CATALOGUE), lake), datetime.now(UTC))
        chosen = serving.average(origins, site_demand)
        seconds["average"] = time.perf_counter() - started

        started = time.perf_counter()
        yield from (results := served_check_results(serving.judgement(first, last)))
        require_served(results)
        seconds["judge"] = time.perf_counter() - started

        started = time.perf_counter()
        versions = write_rows(lake, ENSEMBLE, first, last, serving.forecasts, serving.summed)
        standings = pa.concat_tables([one.standings for one in chosen])
        versions[ENSEMBLE_STANDINGS.name] = lake.write_range(ENSEMBLE_STANDINGS.name, standings, "origin", first, last)
        seconds["write"] = time.perf_counter() - started

    rows: Mapping[str, Mapping[date, int]] = {
        **serving.rows,
        ENSEMBLE_STANDINGS.name: {one.origin: len(one.ensemble.standings) for one in chosen},
    }
    for table in MADE_BY_ENSEMBLE:
        key = asset_key(table.relation)
        for one in chosen:
            context.add_asset_metadata(
                _origin_metadata(one, rows[table.name][one.origin]), asset_key=key, partition_key=one.origin.isoformat()
            )
        context.add_asset_metadata(
            {"dagster/column_lineage": column_lineage(table)},
            asset_key=key,
            partition_key=context.partition_key_range.end,
        )
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "dagster/row_count": sum(rows[table.name].values()),
                "lake_version": versions[table.name],
                "seconds": {name: round(value, 3) for name, value in seconds.items()},
                "standings": dg.MetadataValue.md(_standings_table(_latest(chosen, rows[FORECASTS.name]))),
            },
        )


def read_site_demand(warehouse: Warehouse, first: date, last: date) -> "pd.DataFrame":
    """Weekly demand by site, `item_id, site_id, ds, y`, that the origins from `first` to `last` may look at."""
    from nova_assets.forecasting.sites import WINDOW_WEEKS

    demand = warehouse.query_arrow(
        read_sql("forecasting/site_history.sql"), [first - timedelta(weeks=WINDOW_WEEKS), last]
    )
    names = ["item_id", "site_id", "ds", "y"]
    return demand.rename_columns(names).to_pandas(date_as_object=False)


def _origin_metadata(one: "Chosen", rows: int) -> dict[str, Any]:
    return {
        "dagster/partition_row_count": rows,
        "weights": dict(one.ensemble.weights),
        "past_origins": [origin.isoformat() for origin in one.past_origins],
    }


def _latest(chosen: "Sequence[Chosen]", rows: Mapping[date, int]) -> "Chosen":
    """The last origin that has a forecast, the last of all where none has."""
    return next((one for one in reversed(chosen) if rows[one.origin]), chosen[-1])


def _standings_table(one: "Chosen") -> str:
    lines = [
        f"Origin {one.origin}; loss of {VALIDATION_WEEKS} weeks' demand relative to the present formula's, on "
        f"{len(one.past_origins)} origins before",
        "",
        "| model | loss | weight | why |",
        "|---|---|---|---|",
        *(
            f"| {standing.model} | {standing.loss:.3f} | {standing.weight:.2f} | {standing.reason} |"
            for standing in one.ensemble.standings
        ),
    ]
    return "\n".join(lines)
