"""The asset of data quality: its table by SQL, and its page in the metadata of the materialization."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from nova_assets.factories import check_specs, publication_events, table_spec
from nova_assets.publication import Published, Query
from nova_assets.quality.findings import read_findings
from nova_assets.quality.page import page
from nova_assets.registry.quality import DATA_QUALITY
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import table_sql

FILES = sorted(Path(__file__).parent.glob("*.py"))
CODE = "\n".join([table_sql(DATA_QUALITY), *(file.read_text(encoding="utf-8") for file in FILES)])


@dg.multi_asset(
    name="analytics__data_quality",
    specs=[table_spec(DATA_QUALITY, kinds={"postgres", "sql"}, code=CODE)],
    check_specs=check_specs(DATA_QUALITY),
    pool="warehouse",
)
def data_quality(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Gather what the publications found, and write the page of it."""

    def publish() -> list[Published]:
        return [warehouse.replace_range(DATA_QUALITY, None, Query(table_sql(DATA_QUALITY)), context.run.run_id)]

    for event in publication_events(context, publish):
        yield (
            event._replace(metadata={**(event.metadata or {}), **_page(warehouse)})
            if isinstance(event, dg.MaterializeResult)
            else event
        )


def _page(warehouse: Warehouse) -> dict[str, Any]:
    """The page, and its figures of one number each, which Dagster draws over time."""
    with warehouse.connect() as connection:
        findings = read_findings(connection)
    return {
        "page": dg.MetadataValue.md(page(findings)),
        "tables_with_warnings": findings.tables_with_warnings,
        "refused_publications_30_days": len(findings.refusals),
        "rejected_rows": findings.total("rejected_rows"),
        "merged_rows": findings.total("merged_rows"),
        "flagged_rows": findings.total("flagged_rows"),
    }
