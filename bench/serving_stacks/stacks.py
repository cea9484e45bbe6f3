"""The servers that are compared, each started as its users start it, with the same number of workers."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import psycopg

from nova_api.auth.keys import KeyRing
from nova_api.auth.permissions import Role
from nova_api.auth.tokens import Subject, Tokens
from nova_api.sqltexts import read_sql
from nova_local.embedded import Services
from nova_local.ports import LOOPBACK, any_free
from nova_local.processes import stop

BENCH = Path(__file__).resolve().parent.parent
PEERS = BENCH.parent / ".venv-bench" / "bin"
PATIENCE = 60.0

SERIES_SQL = """
    SELECT item.unit, demand.date, demand.site_id, demand.demand::float8 AS demand
    FROM core.fact_demand_daily AS demand
    INNER JOIN core.dim_item AS item ON item.item_id = demand.item_id
    WHERE demand.item_id = :item_id
        AND (CAST(:first AS date) IS NULL OR demand.date >= CAST(:first AS date))
        AND (CAST(:last AS date) IS NULL OR demand.date <= CAST(:last AS date))
    ORDER BY demand.date, demand.site_id
"""


@dataclass(frozen=True)
class Stack:
    """A running server.

    Attributes:
        headers: what each request carries, a token for instance.
    """

    name: str
    port: int
    process: psutil.Process
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.port}"

    def cpu(self) -> float:
        """Processor seconds of the server and its workers until now."""
        return tree_cpu(self.process)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """One answer."""
        return httpx.get(self.origin + path, headers={**self.headers, **headers}, timeout=30)


def tree_cpu(process: psutil.Process) -> float:
    """Processor seconds of a process and all below it, those that ended included."""
    seconds = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # ended just now: from here on its parent counts it
            seconds += sum(one.cpu_times()[:4])
    return seconds


@contextmanager
def running_stacks(services: Services, workers: int, folder: Path, ready: str) -> Iterator[dict[str, Stack]]:
    """Nova, Flask and FastAPI, answering `ready`."""
    peers = {
        "BENCH_DATABASE_URL": services.role_url("nova_api_ro"),
        "BENCH_REDIS_URL": services.redis_url or "",
        "BENCH_ITEM_SQL": read_sql("item_detail").replace("$1::text", ":item_id").replace("'{}'::jsonb", "'{}'"),
        "BENCH_SERIES_SQL": SERIES_SQL,
    }
    keys = f"bench:{secrets.token_hex(32)}"
    nova = {**services.environment, "NOVA_API_WORKERS": str(workers), "NOVA_API_TOKEN_KEYS": keys}
    starts: dict[str, Callable[[int], tuple[list[str], Mapping[str, str]]]] = {
        "Nova": lambda port: ([sys.executable, "-m", "nova_api", "serve"], {**nova, "NOVA_API_PORT": str(port)}),
        "Flask": lambda port: (
            [
                *(str(PEERS / "gunicorn"), "serving_stacks.flask_stack:app", "--bind", f"{LOOPBACK}:{port}"),
                *("--workers", str(workers), "--worker-class", "gthread", "--threads", "8"),
            ],
            peers,
        ),
        "FastAPI": lambda port: (
            [
                *(str(PEERS / "uvicorn"), "serving_stacks.fastapi_stack:app", "--port", str(port)),
                *("--workers", str(workers), "--no-access-log"),
            ],
            peers,
        ),
    }
    with ExitStack() as cleanup:
        stacks = {}
        for name, start in starts.items():
            port = any_free()
            command, environment = start(port)
            with (folder / f"{name}.log").open("wb") as log:
                process = subprocess.Popen(
                    command, env={**os.environ, **environment}, cwd=BENCH, stdout=log, stderr=subprocess.STDOUT
                )
            cleanup.callback(stop, process)
            carried = planner(services, keys) if name == "Nova" else {}
            stacks[name] = Stack(name, port, psutil.Process(process.pid), carried)
        for stack in stacks.values():
            wait_until_ready(stack, ready, folder)
        yield stacks


def planner(services: Services, keys: str) -> Mapping[str, str]:
    """The header with which an account asks that may only read."""
    with psycopg.connect(services.admin_url) as connection:
        made = connection.execute(
            "INSERT INTO support.users (login, name, role, created_by, changed_by) "
            "VALUES ('planner', 'Planner', 'VIEWER', 'bench', 'bench') RETURNING user_id::text, token_epoch"
        ).fetchone()
    assert made is not None
    subject = Subject(user_id=made[0], name="Planner", role=Role.VIEWER, epoch=made[1])
    token, _ = Tokens(KeyRing.parse(keys)).issue(subject, 24 * 3600)
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def static_files(files: Mapping[str, bytes], workers: int, folder: Path) -> Iterator[Stack | None]:
    """nginx with the bytes of some addresses; None where it is not installed."""
    program = shutil.which("nginx")
    if program is None:
        yield None
        return
    port = any_free()
    root = folder / "nginx"
    for address, content in files.items():
        file = root / address.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        "events { worker_connections 1024; }\n"
        "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;\n"
        "default_type application/json; open_file_cache max=100;\n"
        f"server {{ listen {LOOPBACK}:{port}; root {root}; }} }}\n"
    )
    process = subprocess.Popen([program, "-e", folder / "nginx.log", "-p", folder, "-c", folder / "nginx.conf"])
    try:
        stack = Stack("nginx", port, psutil.Process(process.pid))
        wait_until_ready(stack, next(iter(files)), folder)
        yield stack
    finally:
        stop(process)


def wait_until_ready(stack: Stack, path: str, folder: Path) -> None:
    """Wait for the first good answer; raises RuntimeError with the end of the server's log."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if stack.get(path).status_code == 200:
                return
        time.sleep(0.1)
    log = folder / f"{stack.name}.log"
    raise RuntimeError(f"{stack.name} gave no good answer in {PATIENCE:.0f} s:\n{log.read_text()[-3000:]}")
