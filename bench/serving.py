"""Nova's API beside its peers: the seed stack (Flask), FastAPI, and nginx with the same bytes as the ceiling.

    make install-bench && apt-get install nginx wrk    what it needs beside `make install-dev`
    bench/serving.py                                   about ten minutes, most of them for a fact of ten million rows
    bench/serving.py --quick                           a small fact and short rounds: whether it works, not how fast
    bench/serving.py --json                            ends with one line of JSON

All run on this machine in one run, with the same workers, the same fields and the same PostgreSQL and Redis; rounds are
interleaved, so that what else the machine does falls on all. wrk asks as fast as answers come. Rates are medians of
rounds; processor time is that of a server and its workers, from the kernel, and steadier than rates. Latencies are
taken apart from that, in an open loop at half of the rate that was reached.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from serving_stacks.load import CONNECTIONS, Target, closed_loop, open_loop
from serving_stacks.stacks import Stack, running_stacks, static_files, tree_cpu
from serving_stacks.warehouse import DAYS, LAST_DAY, fill

from nova_local.embedded import start_services

ITEMS, QUICK_ITEMS = 27_500, 500
ITEM = "/api/v1/items/I7"
SERIES = f"/api/v1/items/I{{number}}/timeseries?grain=day&from={{from}}&to={LAST_DAY}"
GOALS = {
    "cached_vs_flask": 5.0,
    "cached_vs_fastapi": 2.0,
    "not_modified_vs_flask": 8.0,
    "series_cpu_vs_flask": 3.0,
}
P99_GOALS_MS = {"cached": 15.0, "series": 75.0}


@dataclass(frozen=True)
class Round:
    """One round of one stack.

    Attributes:
        rate: answers per second.
        cpu: processor milliseconds of the server per answer.
        backend: the same of PostgreSQL and Redis.
    """

    rate: float
    cpu: float
    backend: float


Measured = Mapping[str, list[Round]]


@dataclass(frozen=True)
class Plan:
    """How long to measure."""

    items: int
    rounds: int
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--quick", action="store_true", help="a small fact, short rounds")
    parser.add_argument("--workers", type=int, default=1, help="workers of each server")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    plan = Plan(QUICK_ITEMS, 2, 1) if chosen.quick else Plan(ITEMS, chosen.rounds, 3)
    with tempfile.TemporaryDirectory(prefix="nova-bench-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        with start_services(folder / ".nova") as services:
            say(f"filling a fact of {plan.items * DAYS:,} rows …")
            rows = fill(services, plan.items)
            with running_stacks(services, chosen.workers, folder, ITEM) as stacks:
                same_answers(stacks)
                body = stacks["Nova"].get(ITEM, **{"Accept-Encoding": "identity"}).content
                with static_files({ITEM: body}, chosen.workers, folder) as ceiling:
                    print(f"{rows:,} rows, {chosen.workers} worker(s), load average {os.getloadavg()[0]:.1f}")
                    found = measure(stacks, ceiling, plan)
    if chosen.json:
        print(json.dumps(found))
    return 0


def same_answers(stacks: Mapping[str, Stack]) -> None:
    """Check that all stacks say the same; Nova says the versions too. Raises RuntimeError where one does not."""
    for path in (ITEM, Target(SERIES, QUICK_ITEMS).address(6)):
        said: dict[str, Any] = {}
        for name, stack in stacks.items():
            said[name] = stack.get(path).json()
            said[name].pop("versions", None)
        if not all(answer == said["Nova"] for answer in said.values()):
            raise RuntimeError(f"the stacks do not say the same of {path}: {said}")


def measure(stacks: Mapping[str, Stack], ceiling: Stack | None, plan: Plan) -> dict[str, float | None]:
    """All measures, printed; returns the ratios."""
    everyone = {**stacks, **({"nginx": ceiling} if ceiling else {})}
    if ceiling is None:
        print("nginx is not installed: no ceiling (apt-get install nginx)")
    tags = {name: {"If-None-Match": stack.get(ITEM).headers["etag"]} for name, stack in everyone.items()}
    for name, stack in everyone.items():
        if stack.get(ITEM, **tags[name]).status_code != 304:
            raise RuntimeError(f"{name} gives no 304")
    cached = rounds(everyone, Target(ITEM, 1), plan, {})
    report("one item, cached", cached)
    held = rounds(everyone, Target(ITEM, 1), plan, tags)
    report("the same, not modified (304)", held)
    series = rounds(stacks, Target(SERIES, plan.items), plan, {})
    report(f"{DAYS} rows of one item from PostgreSQL, another item each time", series)
    latencies(stacks["Nova"], cached["Nova"], series["Nova"], plan)
    found: dict[str, float | None] = {
        "cached_vs_flask": faster(cached, "Flask"),
        "cached_vs_fastapi": faster(cached, "FastAPI"),
        "not_modified_vs_flask": faster(held, "Flask"),
        "series_cpu_vs_flask": round(median(series["Flask"], "cpu") / median(series["Nova"], "cpu"), 2),
        "ceiling_share": faster(cached, "nginx", 4) if ceiling else None,
    }
    for name, goal in GOALS.items():
        print(f"{name:<24}{found[name]:>8.2f}   goal {goal:g}")
    return found


def rounds(
    stacks: Mapping[str, Stack], target: Target, plan: Plan, headers: Mapping[str, Mapping[str, str]]
) -> dict[str, list[Round]]:
    """Interleaved rounds, after one to warm up."""
    measured: dict[str, list[Round]] = {name: [] for name in stacks}
    asked = dict.fromkeys(stacks, 0)
    for number in range(plan.rounds + 1):
        for name, stack in stacks.items():
            before, backend_before = stack.cpu(), backend_cpu()
            given = {**stack.headers, **headers.get(name, {})}
            load = closed_loop(stack.origin, target, plan.seconds, given, asked[name])
            asked[name] += load.requests + CONNECTIONS  # those under way at the end are not counted
            if number:
                cost = (stack.cpu() - before) / load.requests * 1000
                backend = (backend_cpu() - backend_before) / load.requests * 1000
                measured[name].append(Round(load.rate, cost, backend))
    return measured


def backend_cpu() -> float:
    """Processor seconds of PostgreSQL and Redis until now."""
    children = psutil.Process().children()
    return sum(tree_cpu(child) for child in children if child.name().startswith(("postgres", "valkey", "redis")))


def latencies(nova: Stack, cached: list[Round], series: list[Round], plan: Plan) -> None:
    """Open-loop latencies at half of the rates that Nova reached, in milliseconds."""
    unasked = Target(SERIES.replace(str(LAST_DAY), str(LAST_DAY + timedelta(days=1))), plan.items)
    for name, addresses, reached in (
        ("cached", itertools.repeat(ITEM), cached),
        ("series", map(unasked.address, itertools.count()), series),
    ):
        rate = statistics.median(one.rate for one in reached) / 2
        found = open_loop(nova.origin, addresses, rate, plan.seconds * 4, nova.headers)
        print(
            f"{name} at {rate:,.0f}/s, half of saturation: p50 {found.p50:.1f} ms, p99 {found.p99:.1f} ms "
            f"(goal {P99_GOALS_MS[name]:g}), {found.failed} of {found.requests} failed"
        )


def median(measured: list[Round], figure: str) -> float:
    """Median of a figure over the rounds."""
    return statistics.median(getattr(one, figure) for one in measured)


def faster(measured: Measured, than: str, digits: int = 2) -> float:
    """How many times the rate of a peer Nova reaches: median over rounds that were side by side."""
    pairs = zip(measured["Nova"], measured[than], strict=True)
    return round(statistics.median(ours.rate / theirs.rate for ours, theirs in pairs), digits)


def report(title: str, measured: Measured) -> None:
    """Rates and costs, with the ratios to Nova's."""
    print(f"\n{title}; load average {os.getloadavg()[0]:.1f}")
    print(f"{'':<10}{'answers/s':>12}{'from':>9}{'to':>9}{'CPU ms':>9}{'backend':>9}{'rate x':>9}{'CPU x':>8}")
    base = measured["Flask"]
    for name, all_rounds in measured.items():
        rate, cpu, backend = (median(all_rounds, figure) for figure in ("rate", "cpu", "backend"))
        rates = [one.rate for one in all_rounds]
        print(
            f"{name:<10}{rate:>12,.0f}{min(rates):>9,.0f}{max(rates):>9,.0f}{cpu:>9.3f}{backend:>9.3f}"
            f"{rate / median(base, 'rate'):>9.2f}{median(base, 'cpu') / cpu:>8.2f}",
            flush=True,
        )


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
