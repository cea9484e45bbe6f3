"""From `nova up` to served, and where the time goes; then a year of core in one run.

Nova is brought up on a home of its own that is deleted afterwards. Times come from one run on this machine and mean
little elsewhere; the ratios are what to compare. SQL and models: the seconds that assets report for their publication
(COPY, checks and SQL in PostgreSQL) and for their models; all else is Dagster, reading the source, and processes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from nova_local import page
from nova_local.home import Home
from nova_local.running import running_environment

ROOT = Path(__file__).resolve().parent.parent
FACTS = (dg.AssetKey(["core", "fact_demand_daily"]), dg.AssetKey(["core", "fact_purchase_lines"]))
DAYS = 365


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workbook", type=Path, help="purchasing workbook (default: the small demo ERP)")
    workbook: Path | None = parser.parse_args().workbook
    with tempfile.TemporaryDirectory(prefix="nova-bench-") as folder:
        os.environ["NOVA_HOME"] = str(Path(folder) / ".nova")
        home = Home.create(Path(os.environ["NOVA_HOME"]))
        page.start_build(os.environ, home.log(page.BUILD_LOG)).wait()
        with served(workbook) as up_seconds:
            environment = running_environment(home, None)
            os.environ["DAGSTER_DATABASE_URL"] = environment["DAGSTER_DATABASE_URL"]
            with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as instance:
                report_first_load(instance, up_seconds)
                report_year(instance, environment)
    return 0


@contextmanager
def served(workbook: Path | None) -> Iterator[float]:
    """Nova while it is up; the value is the seconds from the command to everything answering."""
    started = time.perf_counter()
    nova("up", "--detach", *(["--workbook", str(workbook)] if workbook else []))
    try:
        yield time.perf_counter() - started
    finally:
        nova("clean", "--yes")


def nova(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "nova_local", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def report_first_load(instance: dg.DagsterInstance, up_seconds: float) -> None:
    runs = instance.get_run_records()
    in_runs = sum((record.end_time or 0) - (record.start_time or 0) for record in runs)
    worked = sum(worked_seconds(instance, record.dagster_run.run_id) for record in runs)
    print(f"from `nova up` to served    {up_seconds:7.1f} s")
    print(f"  in {len(runs)} Dagster runs          {in_runs:7.1f} s")
    print(f"  in SQL and models         {worked:7.1f} s")
    print(f"outside SQL and models      {1 - worked / up_seconds:7.0%} of the way to served")
    print(f"                            {1 - worked / in_runs:7.0%} of the runs")


def report_year(instance: dg.DagsterInstance, environment: Mapping[str, str]) -> None:
    """A backfill of 365 days of core by Dagster's own command: one run, whatever the number of days."""
    known = {record.dagster_run.run_id for record in instance.get_run_records()}
    last = date.fromisoformat(latest_partition(instance))
    days = f"{last - timedelta(days=DAYS - 1)}...{last}"
    selection = " or ".join(f'key:"{key.to_user_string()}"' for key in FACTS)
    command = ["-m", "dagster", "asset", "materialize", "-m", "nova_assets.definitions"]
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, *command, "--select", selection, "--partition-range", days],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    seconds = time.perf_counter() - started
    runs = [record for record in instance.get_run_records() if record.dagster_run.run_id not in known]
    in_runs = sum((record.end_time or 0) - (record.start_time or 0) for record in runs)
    worked = sum(worked_seconds(instance, record.dagster_run.run_id) for record in runs)
    print(f"{DAYS} days of core            {seconds:7.1f} s in {len(runs)} run")
    print(f"  in the run                {in_runs:7.1f} s, of which {worked:.1f} s in SQL")
    print(f"  Dagster's own             {in_runs - worked:7.1f} s, {(in_runs - worked) / DAYS * 1000:.0f} ms a day")


def latest_partition(instance: dg.DagsterInstance) -> str:
    return max(instance.get_materialized_partitions(FACTS[0]))


def worked_seconds(instance: dg.DagsterInstance, run_id: str) -> float:
    """Seconds that the steps of a run report as work; a step says them on each of its events, so each counts once."""
    steps: dict[str | None, float] = {}
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        event = entry.dagster_event
        if event is not None:
            steps[event.step_key] = _seconds(event.step_materialization_data.materialization.metadata)
    return sum(steps.values())


def _seconds(metadata: Mapping[str, Any]) -> float:
    per_model = metadata.get("seconds_per_model")
    if per_model is not None:
        return sum(per_model.value.values())
    return float(metadata["seconds"].value)


if __name__ == "__main__":
    sys.exit(main())
