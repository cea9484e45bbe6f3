"""What Nova still answers when three times as much is asked of the database as it can answer.

    make install-dev                what it needs
    bench/overload.py [--json]      about a minute

Every question is another one, so that none is kept. The peak is the best goodput of growing rates in an open loop; then
three times that rate is asked. Goodput is good answers a second. The generator shares the machine with the server and
PostgreSQL: more requests to refuse leave less processor for those that are answered, as they would behind a balancer.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
from serving_stacks.load import open_loop
from serving_stacks.stacks import planner, stop, tree_cpu

from nova_local.embedded import start_services
from nova_local.ports import any_free

GOAL = 0.8
SECONDS = 4
RATES = (100, 150, 225, 340, 500, 750, 1100)


def questions(run: int) -> Iterator[str]:
    """Addresses that were never asked before."""
    return (f"/api/v1/items?family=run{run}-{number}&limit=50" for number in itertools.count())


def goodput(origin: str, rate: float, run: int, headers: dict[str, str]) -> tuple[float, float]:
    """Good answers a second, and the 99th percentile of all in milliseconds."""
    found = open_loop(origin, questions(run), rate, SECONDS, headers, connections=256)
    return (found.requests - found.failed) / SECONDS, found.p99


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nova-bench-") as place, start_services(Path(place)) as services:
        with psycopg.connect(services.admin_url, autocommit=True) as connection:
            connection.execute("REFRESH MATERIALIZED VIEW analytics.mv_item_overview")
        keys = f"bench:{secrets.token_hex(32)}"
        port = any_free()
        environment = {
            **os.environ,
            **services.environment,
            "NOVA_API_TOKEN_KEYS": keys,
            "NOVA_API_PORT": str(port),
            "NOVA_API_RATE": "0",  # one account asks all; what is measured is shedding
            "NOVA_API_LOG_LEVEL": "WARNING",
        }
        headers = dict(planner(services, keys))
        origin = f"http://127.0.0.1:{port}"
        process = subprocess.Popen([sys.executable, "-m", "nova_api", "serve"], env=environment)
        try:
            while not answers(origin, headers):
                time.sleep(0.2)
            peak = 0.0
            for run, rate in enumerate(RATES):
                good, p99 = goodput(origin, rate, run, headers)
                print(f"asked {rate:5.0f}/s: {good:6.1f}/s answered, p99 {p99:6.1f} ms", flush=True)
                peak = max(peak, good)
                if good < 0.9 * rate:
                    break
            before, own = tree_cpu(psutil.Process(process.pid)), time.process_time()
            good, p99 = goodput(origin, 3 * peak, len(RATES), headers)
            server, own = tree_cpu(psutil.Process(process.pid)) - before, time.process_time() - own
            print(f"processor seconds meanwhile: {server:.1f} of the server, {own:.1f} of the generator")
        finally:
            stop(process)
    share = good / peak
    print(f"asked {3 * peak:5.0f}/s: {good:6.1f}/s answered, p99 {p99:6.1f} ms: {share:.0%} of peak (goal {GOAL:.0%})")
    if chosen.json:
        print(json.dumps({"overload_goodput": round(share, 3), "peak_per_second": round(peak, 1)}))
    return 0


def answers(origin: str, headers: dict[str, str]) -> bool:
    """Whether it gives good answers yet."""
    try:
        return httpx.get(f"{origin}/api/v1/items?limit=1", headers=headers).status_code == 200
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    sys.exit(main())
