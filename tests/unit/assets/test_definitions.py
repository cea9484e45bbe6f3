"""What every asset must have for engineers to find and trust it; and definitions that load with nothing set."""

import os
import re
import subprocess
import sys

import dagster as dg
import pytest

from nova_assets import registry
from nova_assets.definitions import defs
from nova_assets.extracts.external.assets import YEAR_PER_RUN
from nova_assets.extracts.external.sources import SOURCES
from nova_assets.factories import asset_key
from nova_assets.registry import Kind
from nova_assets.registry.alerts import ALERTS, RULES
from nova_assets.registry.kpis import KPI_DAILY
from nova_assets.settings import PROJECT_ROOT
from nova_assets.sqlfiles import SQL_ROOT, all_sql

GRAPH = defs.resolve_asset_graph()
ASSETS = [GRAPH.get(key) for key in sorted(GRAPH.materializable_asset_keys)]
MADE = [asset for asset in ASSETS if asset.group_name != "operations"]


@pytest.mark.parametrize("asset", MADE, ids=lambda asset: asset.key.to_user_string())
def test_every_asset_is_described_owned_grouped_and_carries_its_columns(asset):
    assert asset.description
    assert asset.owners
    assert asset.kinds
    assert asset.code_version
    schema = asset.metadata["dagster/column_schema"]
    assert [column.name for column in schema.columns] == list(registry.table(".".join(asset.key.path)).column_names)
    assert all(column.description for column in schema.columns)
    assert asset.metadata["dagster/table_name"] == ".".join(asset.key.path)
    if asset.partitions_def:
        # A year at once from a public API: a failure there loses a year, not all of them.
        asks_network = "http" in asset.kinds
        assert asset.backfill_policy == (YEAR_PER_RUN if asks_network else dg.BackfillPolicy.single_run())


def test_assets_that_are_no_table_of_the_registry_are_those_of_operations():
    operations = [asset for asset in ASSETS if asset.group_name == "operations"]
    assert {asset.key.path[0] for asset in operations} == {"operations"}
    assert all(asset.description and asset.owners and asset.kinds for asset in operations)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.published)
def test_every_public_source_grows_stale_by_itself_and_its_table_says_whether_it_answered(source):
    # The source's own freshness: tables that keep their last values would look fresh without it.
    published = GRAPH.get(asset_key(source.published))
    assert published.freshness_policy
    assert not published.is_materializable
    checks = {key.name for key in GRAPH.get(asset_key(source.table.relation)).check_keys}
    assert {"source_reachable", "key_is_unique"} <= checks


@pytest.mark.parametrize("table", registry.TABLES, ids=lambda table: table.relation)
def test_every_table_is_an_asset_of_the_same_key_in_its_group(table):
    asset = GRAPH.get(asset_key(table.relation))
    assert asset.group_name == table.group
    assert asset.is_materializable
    assert {key.to_user_string() for key in asset.parent_keys} == {
        relation.replace(".", "/") for relation in table.upstream
    }


@pytest.mark.parametrize("table", registry.ALL, ids=lambda table: table.relation)
def test_every_source_column_exists(table):
    for column in table.columns:
        for source in column.sources:
            relation, _, name = source.rpartition(".")
            if relation.startswith(("erp.", "public.")):
                continue
            assert name in registry.table(relation).column_names, source


def test_every_sql_file_makes_the_table_that_its_path_says():
    made = {(table.group, table.name) for table in registry.TABLES}
    for folder in ("core", "features", "kpis", "quality"):
        for file in (SQL_ROOT / folder).glob("*.sql"):
            assert (folder, file.stem) in made
    rules = {rule.name for table in registry.TABLES for rule in table.rules}
    assert {file.stem for file in (SQL_ROOT / "checks").glob("*.sql")} == rules


@pytest.mark.parametrize("view", registry.VIEWS, ids=lambda view: view.relation)
def test_every_view_reads_only_what_the_registry_says(view):
    text = (SQL_ROOT / "kpis" / f"{view.name}.sql").read_text(encoding="utf-8")
    mentioned = {table.relation for table in registry.TABLES if table.relation in text}
    assert mentioned == {relation for relation in view.upstream if relation != view.relation}
    assert view.kind is Kind.VIEW


@pytest.mark.parametrize(
    ("table", "folder"), [(ALERTS, "planning/alerts"), (KPI_DAILY, "kpis/daily")], ids=["alerts", "KPIs"]
)
def test_a_table_made_of_several_files_reads_only_what_the_registry_says(table: registry.Table, folder: str):
    text = "\n".join(all_sql(folder).values())
    mentioned = {one.relation for one in registry.TABLES if re.search(rf"\b{one.relation}\b", text)}
    assert mentioned == set(table.upstream)


def test_every_rule_of_alerts_is_a_file_and_in_the_document():
    assert set(all_sql("planning/alerts")) == set(RULES)
    document = (PROJECT_ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    assert [rule for rule in RULES if f"| `{rule}` |" not in document] == []


@pytest.mark.parametrize("module", ["nova_assets.definitions", "nova_assets.forecasting.definitions"])
def test_definitions_load_with_an_empty_environment_and_without_heavy_libraries(module: str):
    heavy = "{'matplotlib', 'pandas', 'scipy', 'statsforecast', 'torch', 'prophet'}"
    program = f"import {module}, sys; loaded = {heavy} & set(sys.modules); assert not loaded, loaded"
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
