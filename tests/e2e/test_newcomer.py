"""The newcomer's day: one command, and answers are in Dagster, over REST and in the page; another, and all stops."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from nova_local.demo_workbook import write_demo_workbook
from tests.e2e.browsers import Account
from tests.e2e.page_checks import check_pages
from tests.e2e.page_journeys import SIGN_IN_JOURNEYS, SignInJourney, walk_signing_in

ROOT = Path(__file__).resolve().parents[2]
WORKBOOK_TABLES = {"staging.workbook_lines", "staging.workbook_sites", "staging.purchase_lines"}
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


@dataclass
class Nova:
    """The `nova` command on a home of its own."""

    home: Path

    def run(self, *arguments: str) -> str:
        """Run `nova …` to its end; its output. A failure shows all of it."""
        done = subprocess.run(
            [sys.executable, "-m", "nova_local", *arguments],
            cwd=ROOT,
            env={**os.environ, "NOVA_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, f"nova {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def status(self) -> dict[str, Any]:
        return json.loads(self.run("status", "--json"))

    def addresses(self) -> dict[str, str]:
        return {part["name"]: part["address"] for part in self.status()["parts"]}

    def api(self) -> httpx.Client:
        """A client of the API that asks as the administrator."""
        token = self.run("token").strip()
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.addresses()["api"], headers=headers, timeout=30)

    def account(self) -> Account:
        """The administrator, as a newcomer learns of it."""
        return Account("admin", self.run("password").strip())

    def processes(self) -> list[psutil.Process]:
        """Every live process that was started on this home: its parts, and their children."""
        pids = [part["process"]["pid"] for part in self.status()["parts"] if part["process"]]
        parents = [psutil.Process(pid) for pid in pids]
        return parents + [child for parent in parents for child in parent.children(recursive=True)]


@pytest.fixture(scope="module")
def nova(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nova]:
    """Nova brought up from nothing, as `make up` does: on the demo ERP."""
    nova = Nova(tmp_path_factory.mktemp("newcomer") / ".nova")
    try:
        nova.run("up", "--detach")
        yield nova
    finally:
        nova.run("down")
        nova.run("clean", "--yes")


def dagster(nova: Nova, query: str) -> dict[str, Any]:
    answer = httpx.post(f"{nova.addresses()['dagster']}/graphql", json={"query": query}, timeout=60)
    answer.raise_for_status()
    return answer.json()["data"]


def test_every_part_runs_and_every_table_has_a_version(nova: Nova):
    status = nova.status()
    assert {part["name"] for part in status["parts"]} >= {
        "warehouse",
        "forecasting",
        "dagster",
        "daemon",
        "api",
        "page",
    }
    assert {part["state"] for part in status["parts"]} == {"ready"}
    tables = {dataset["dataset"]: dataset for dataset in status["datasets"]}
    empty = {name for name, table in tables.items() if not table["row_count"]}
    # The ERP is the source: nothing comes from a workbook. INMET's files are not simulated, prices have no mistakes.
    not_from_here = {"staging.external_inmet_stations", "support.rejected_rows"}
    assert empty == not_from_here | WORKBOOK_TABLES
    assert tables.keys() >= {
        "core.fact_demand_daily",
        "analytics.fact_forecasts",
        "analytics.lead_time_demand",
        "analytics.mv_kpi_summary",
    }
    assert (status["source"], status["workbook"]) == ("erp", "")


def test_every_asset_is_green_in_dagster(nova: Nova):
    assets = dagster(
        nova,
        """{ assetNodes { assetKey { path } groupName isMaterializable tags { key value }
             assetMaterializations(limit: 1) { runId }
             assetChecksOrError {
               ... on AssetChecks { checks { name
                 executionForLatestMaterialization { status evaluation { severity } } } } } } }""",
    )["assetNodes"]
    made = [
        asset
        for asset in assets
        if asset["isMaterializable"]
        and asset["groupName"] != "operations"
        and all(tag["value"] == "every_run" for tag in asset["tags"] if tag["key"] == "made_in")
    ]
    assert len(made) == 80
    warned = set()
    for asset in made:
        assert asset["assetMaterializations"], asset["assetKey"]["path"]
        for check in asset["assetChecksOrError"].get("checks", []):
            execution = check["executionForLatestMaterialization"]
            assert execution
            if execution["status"] != "SUCCEEDED":
                assert execution["evaluation"]["severity"] == "WARN", (asset["assetKey"]["path"], check["name"])
                warned.add(check["name"])
    assert warned == {"prices_are_usual", "quantities_are_usual"}


def test_every_endpoint_answers_for_an_item_of_the_erp(nova: Nova):
    with nova.api() as api:
        found = api.get("/api/v1/items", params={"sort": "-request_lines_52w", "is_service": "false"}).json()
        item = found["data"][0]["item_id"]
        bodies = {
            path: api.get(path).raise_for_status().json()
            for path in (
                "/health/live",
                "/health/ready",
                f"/api/v1/items/{item}",
                f"/api/v1/items/{item}/timeseries",
                f"/api/v1/items/{item}/forecast",
                "/api/v1/kpis",
                "/api/v1/kpis/demand-daily-family",
                "/api/v1/kpis/requests-open-daily",
                "/api/v1/kpis/lead-times",
                "/api/v1/kpis/forecast-accuracy",
                "/api/v1/datasets",
            )
        }
    assert sum(point["demand"] for point in bodies[f"/api/v1/items/{item}/timeseries"]["data"]) > 0
    forecast = bodies[f"/api/v1/items/{item}/forecast"]
    assert len(forecast["data"]) == 13
    assert forecast["served"]
    absent = {row["kpi"]: row["reason"] for row in bodies["/api/v1/kpis"]["data"] if row["value"] is None}
    # What lay there for a year is not known after one.
    assert absent == {"dead_stock_rate": "history_too_short"}
    detail = bodies[f"/api/v1/items/{item}"]
    assert detail["on_hand"] is not None
    assert detail["unit_cost_brl"] > 0


needs_a_browser = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"),
    reason="no Chromium on this machine: install the package `chromium` (see `nova doctor`)",
)


@needs_a_browser
def test_the_pages_show_the_erp_and_hold_what_pages_must_hold(nova: Nova):
    assert CHROMIUM, "CI must have a Chromium"
    report = check_pages(nova.addresses()["page"], CHROMIUM, nova.account())
    assert report.visits
    assert report.breaches() == []


@needs_a_browser
@pytest.mark.parametrize("journey", SIGN_IN_JOURNEYS, ids=lambda journey: journey.__name__)
def test_signing_in_and_out(nova: Nova, journey: SignInJourney):
    assert CHROMIUM, "CI must have a Chromium"
    walk_signing_in(journey, nova.addresses()["page"], CHROMIUM, nova.account())


def test_a_workbook_replaces_the_erp_while_everything_keeps_running_and_a_bad_one_changes_nothing(
    nova: Nova, tmp_path: Path
):
    workbook = tmp_path / "own.xlsx"
    truth = write_demo_workbook(workbook, seed=2)
    assert "back with `--source erp`" in nova.run("materialize", "--workbook", str(workbook))
    status = nova.status()
    rows = {table["dataset"]: table["row_count"] for table in status["datasets"]}
    assert rows["staging.workbook_lines"] == truth.lines
    assert (status["source"], status["workbook"]) == ("workbook", str(workbook))
    # A workbook knows purchases alone: of the ERP nothing stays, and what cannot be known says why.
    assert {name for name in rows if name.startswith("staging.erp_") and rows[name]} == set()
    with nova.api() as api:
        figures = api.get("/api/v1/kpis").json()["data"]
    assert {row["kpi"]: row["reason"] for row in figures if row["value"] is None} == {
        "on_time_rate": "receipts_not_in_source",
        "received_share": "receipts_not_in_source",
        **dict.fromkeys(
            (
                "stock_value_brl",
                "stockout_rate",
                "fill_rate_lines",
                "fill_rate_units",
                "cycle_service_rate",
                "sla_exposure_rate",
                "carrying_cost_brl",
                "turnover",
                "days_of_supply",
                "excess_stock_rate",
                "dead_stock_rate",
            ),
            "stock_not_in_source",
        ),
    }

    bad = tmp_path / "bad.xlsx"
    bad.write_text("not a workbook", encoding="utf-8")
    with pytest.raises(AssertionError, match="not an Excel workbook"):
        nova.run("materialize", "--workbook", str(bad))
    assert nova.status()["datasets"] == status["datasets"]


def test_down_leaves_no_process_and_a_second_up_has_the_source_of_last_time_at_once(nova: Nova):
    before = nova.status()["datasets"]
    processes = nova.processes()
    nova.run("down")
    assert [process for process in processes if process.is_running()] == []
    started = time.monotonic()
    nova.run("up", "--detach")
    assert time.monotonic() - started < 120
    assert nova.status()["datasets"] == before
