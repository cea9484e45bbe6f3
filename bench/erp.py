"""The demo ERP on a PostgreSQL of its own: from an empty warehouse to KPIs, or extract to core beside a plain COPY.

    bench/erp.py kpis --size medium     every stage of the command that `nova materialize` runs
    bench/erp.py backfill --size medium the same by one `nova backfill` of all days, without public data
    bench/erp.py copy --size large      stock movements to `core.fact_demand_daily` by the command of `nova backfill`,
                                        as a ratio to plain COPYs: of the ERP's table into a table without a key, and
                                        of what the pipeline wrote into tables like its own

Everything is deleted afterwards. Times come from one run on this machine and mean little elsewhere; the ratios and the
growth of memory are what to compare. Memory is what a process has for itself, without the server's shared buffers.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import psycopg
from psycopg import sql

from nova_assets import registry
from nova_assets.materialize import ORIGINS
from nova_assets.operations.month_partitions import month_after
from nova_assets.partitions import Window
from nova_local import erp
from nova_local.embedded import Services, start_services
from nova_local.erp.database import erp_url
from nova_local.erp.scales import SCALES
from nova_local.home import Home
from nova_local.postgres import wheel_binaries

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1 << 20
REGISTERS = ("staging.erp_items", "staging.erp_sites", "core.dim_item", "core.dim_site")
MOVEMENTS, DEMAND = "staging.erp_stock_movements", "core.fact_demand_daily"
STAGE = re.compile(r"^(?P<name>.+): (?:(?P<rows>[\d,]+) rows, )?(?P<seconds>[\d.]+) s$")


@dataclass(frozen=True)
class Stage:
    """What the pipeline's command printed of one of its runs."""

    name: str
    rows: int
    seconds: float


@dataclass
class Memory:
    """Samples of private memory in bytes while it is entered, with the rows that COPY had written by then."""

    superuser_url: str
    pid: int
    samples: list[tuple[int, int, int]] = field(default_factory=list)
    """Rows, memory of the command's processes, memory of the largest process of the server."""

    def __enter__(self) -> Self:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def peaks(self, rows: int) -> tuple[int, int]:
        """The most that the command and a server process had while at most so many rows were written."""
        seen = [sample for sample in self.samples if sample[0] <= rows]
        return max((sample[1] for sample in seen), default=0), max((sample[2] for sample in seen), default=0)

    def _sample(self) -> None:
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            while not self._ended.wait(0.25):
                copied = connection.execute(
                    "SELECT coalesce(sum(tuples_processed), 0)::bigint FROM pg_stat_progress_copy"
                    " WHERE command = 'COPY FROM'"
                ).fetchone()
                backends = connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE usename IN ('nova_pipeline', 'nova_erp_ro')"
                )
                server = max((private_bytes(pid) for (pid,) in backends), default=0)
                self.samples.append((copied[0] if copied else 0, tree_bytes(self.pid), server))


def private_bytes(pid: int) -> int:
    """Memory of a process that is no file's and not shared; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def tree_bytes(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        return sum(private_bytes(one.pid) for one in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kpis", "backfill", "copy"), help="what to measure")
    parser.add_argument("--size", choices=SCALES, default="small", help="size of the demo ERP (default: %(default)s)")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="nova-bench-") as folder,
        start_services(Path(folder) / ".nova", durable=True) as services,
    ):
        say(f"demo ERP, {arguments.size} …")
        started = time.perf_counter()
        summary = erp.build(services.superuser_url, services.credentials.erp, arguments.size, note=say)
        seconds = time.perf_counter() - started
        say(f"demo ERP: {sum(summary.rows.values()):,} rows in {seconds:.1f} s")
        bench = Bench(services, environment(services, Home.create(Path(folder) / ".nova")), summary)
        {"kpis": bench.kpis, "backfill": bench.backfill, "copy": bench.copy}[arguments.what]()
    return 0


@dataclass(frozen=True)
class Bench:
    """The servers with a demo ERP and an empty warehouse, and the environment of the pipeline's commands."""

    services: Services
    environment: Mapping[str, str]
    erp: erp.Summary

    def kpis(self) -> None:
        """From nothing to the KPIs by the command that `nova up` and `nova materialize` run."""
        self.first_load("nova_assets.materialize")

    def backfill(self) -> None:
        """From nothing to the KPIs by one backfill of all days, with as many origins as the other command makes."""
        days = ("--from", str(self.erp.first_day), "--to", str(self.erp.last_day))
        self.first_load("nova_assets.backfill", *days, "--downstream", "--origins", str(ORIGINS))

    def first_load(self, module: str, *arguments: str) -> None:
        started = time.perf_counter()
        stages, memory = self.run(module, *arguments)
        seconds = time.perf_counter() - started
        for stage in stages:
            row(stage.name, f"{stage.seconds:.1f} s", f"{stage.rows:,} rows")
        row("empty to KPIs", f"{seconds:.1f} s", f"{sum(stage.rows for stage in stages):,} rows")
        for name, peak in zip(("the command", "one server process"), memory.peaks(sys.maxsize), strict=True):
            row(f"memory of {name}, peak", f"{peak / MEGABYTE:.0f} MB")

    def copy(self) -> None:
        """Movements to demand beside plain COPYs, and memory at a quarter of the rows and at the end."""
        before = self.copy_of_the_erp()
        self.run("nova_assets.backfill", *(f"--asset={relation}" for relation in REGISTERS))
        days = ("--from", str(self.erp.first_day), "--to", str(self.erp.last_day))
        (extract,), memory = self.run("nova_assets.backfill", f"--asset={MOVEMENTS}", *days)
        (core,), core_memory = self.run("nova_assets.backfill", f"--asset={DEMAND}", *days)
        # Another load of the machine would pass for a better or worse ratio: the peer is measured on both sides.
        after = self.copy_of_the_erp()
        same = sum(self.copy_of_what_was_written(relation) for relation in (MOVEMENTS, DEMAND))
        rows, seconds, plain = self.erp.rows["sd3010"], extract.seconds + core.seconds, (before + after) / 2
        written = extract.rows + core.rows
        row("extract", f"{extract.seconds:.1f} s", f"{extract.rows:,} rows")
        row("core", f"{core.seconds:.1f} s", f"{core.rows:,} rows")
        row("extract to core", f"{seconds:.1f} s", f"{rows / seconds:,.0f} rows of the ERP/s")
        row(
            "COPY of the ERP's movements, no key",
            f"{plain:.1f} s",
            f"{rows / plain:,.0f} rows/s; {before:.1f} s before, {after:.1f} s after",
        )
        row("COPY of the rows written, same tables", f"{same:.1f} s", f"{written / same:,.0f} rows/s")
        row("extract to core / COPY, no key", f"{plain / seconds:.2f}", "ratio of rows/s, aim 0.5")
        row("extract to core / COPY, same tables", f"{same / seconds:.2f}", "ratio of rows/s")
        names = ("the command", "one server process")
        for name, quarter, peak in zip(names, memory.peaks(extract.rows // 4), memory.peaks(sys.maxsize), strict=True):
            growth = peak / quarter if quarter else 0.0
            row(
                f"extract's memory of {name}",
                f"{peak / MEGABYTE:.0f} MB",
                f"{quarter / MEGABYTE:.0f} MB at a quarter of the rows, {growth:.2f} times that at the end",
            )
        for name, peak in zip(names, core_memory.peaks(sys.maxsize), strict=True):
            row(f"core's memory of {name}", f"{peak / MEGABYTE:.0f} MB")

    def run(self, module: str, *arguments: str) -> tuple[list[Stage], Memory]:
        """A command of the pipeline, with what it printed of its stages and the memory it took.

        Raises `subprocess.CalledProcessError` when it fails; what it says of that goes to standard error.
        """
        command = [sys.executable, "-u", "-m", module, *arguments]
        say(f"{module} {' '.join(arguments)}")
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        stages = []
        with Memory(self.services.superuser_url, process.pid) as memory, process.stdout as lines:
            for line in lines:
                say(line.rstrip())
                if found := STAGE.match(line):
                    rows = int((found["rows"] or "0").replace(",", ""))
                    stages.append(Stage(found["name"], rows, float(found["seconds"])))
        if process.wait():
            raise subprocess.CalledProcessError(process.returncode, command)
        return stages, memory

    def copy_of_the_erp(self) -> float:
        """Seconds of a COPY of the ERP's movements into a new table of the same columns, without a key."""
        erp_database = erp_url(self.services.superuser_url)
        with psycopg.connect(erp_database) as source, psycopg.connect(self.services.admin_url) as target:
            columns = source.execute(
                "SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)"
                " FROM pg_attribute WHERE attrelid = 'public.sd3010'::regclass AND attnum > 0"
            ).fetchone()
            assert columns is not None
            target.execute(f"CREATE TABLE public.plain ({columns[0]})".encode())
        return self.timed_copy(erp_database, "COPY public.sd3010 TO STDOUT")

    def copy_of_what_was_written(self, relation: str) -> float:
        """Seconds of a COPY of a table that the pipeline filled into a new one like it, with its key and months."""
        with psycopg.connect(self.services.admin_url) as target:
            target.execute(
                sql.SQL("CREATE TABLE public.plain (LIKE {} INCLUDING ALL) PARTITION BY RANGE ({})").format(
                    sql.Identifier(*relation.split(".")), sql.Identifier(registry.table(relation).window_column or "")
                )
            )
            for month in Window(self.erp.first_day, self.erp.last_day).months():
                bounds = (sql.Literal(day) for day in (month, month_after(month, 1)))
                partition = sql.SQL("CREATE TABLE {} PARTITION OF public.plain FOR VALUES FROM ({}) TO ({})")
                target.execute(partition.format(sql.Identifier("public", f"plain_{month:%Y_%m}"), *bounds))
        return self.timed_copy(self.services.admin_url, f"COPY (SELECT * FROM {relation}) TO STDOUT")

    def timed_copy(self, source: str, statement: str) -> float:
        """Seconds of a COPY out of a database, piped into a COPY into `public.plain`, which is dropped; by psql, since
        a client in Python would have to touch each row."""
        psql = str(wheel_binaries() / "psql")
        started = time.perf_counter()
        with subprocess.Popen([psql, "-qX", source, "-c", statement], stdout=subprocess.PIPE) as reader:
            writer = [psql, "-qX", self.services.admin_url, "-c", "COPY public.plain FROM STDIN"]
            subprocess.run(writer, stdin=reader.stdout, check=True)
        seconds = time.perf_counter() - started
        if reader.returncode:
            raise subprocess.CalledProcessError(reader.returncode, statement)
        with psycopg.connect(self.services.admin_url) as target:
            target.execute("DROP TABLE public.plain")
        return seconds


def environment(services: Services, home: Home) -> dict[str, str]:
    """What `nova up` would set for the pipeline, with a Dagster instance of its own."""
    home.dagster.mkdir()
    shutil.copy(ROOT / "dagster.yaml", home.dagster)
    return {
        **os.environ,
        **services.environment,
        "ERP_URL": services.erp_url,
        "NOVA_SOURCE": "erp",
        "NOVA_EXTERNAL": "simulated",
        "NOVA_LAKE": str(home.lake),
        "DAGSTER_HOME": str(home.dagster),
        "DAGSTER_EVENT_BATCH_SIZE": "100",
        "DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS": "true",
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }


def say(line: str) -> None:
    """Progress goes to standard error: the table alone is the output."""
    print(line, file=sys.stderr, flush=True)


def row(name: str, figure: str, note: str = "") -> None:
    print(f"{name:<45} {figure:>10}  {note}".rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
