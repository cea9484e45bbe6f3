"""What a page and an export of a listing cost over the bare reading of their rows, and what memory they take.

    .venv/bin/python bench/listings.py [--json]

Weeks of demand are made in a PostgreSQL of its own. The peer is a loop over an asyncpg cursor, without HTTP, formats or
versions; each figure is its processor time (this process alone, PostgreSQL's is the same for both) divided into Nova's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import psycopg

from nova_api.database import Database
from nova_api.demand.listing import DEMAND_WEEKLY
from nova_api.exports.formats import FORMATS
from nova_api.exports.routes import Wanted, file_of
from nova_api.exports.session import CHUNK, Exports
from nova_api.listings.reading import page
from nova_api.listings.request import ListingRequest, selection
from nova_api.settings import Settings
from nova_local.embedded import start_services

ROWS = 400_000
ROUNDS = 5
PAGES = 100
TABLE = "analytics.features_demand_weekly"


def fill(url: str) -> None:
    """Weeks of demand of items, 200 each."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            f"INSERT INTO {TABLE} (item_id, week, demand, request_lines) "
            "SELECT 'I' || to_char(n / 200, 'FM000000'), date '2020-01-06' + n %% 200 * 7, n %% 17, n %% 3 "
            f"FROM generate_series(0, %s) AS n",
            [ROWS - 1],
        )
        connection.execute(f"ANALYZE {TABLE}")


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    """Processor time of this process."""
    began = time.process_time()
    await work()
    return time.process_time() - began


async def compare(settings: Settings) -> dict[str, float]:
    """Nova against the bare loop, in alternation."""
    database, exports = Database(settings), Exports(settings)
    await database.open()
    connection = await asyncpg.connect(settings.database_url)
    selected = selection(DEMAND_WEEKLY, {known.parameter: None for known in DEMAND_WEEKLY.all_filters}, "item_id")
    asked = ListingRequest(selection=selected, limit=50)

    async def bare_page() -> None:
        for _ in range(PAGES):
            await connection.fetch(
                f"SELECT item_id, week, demand::float8, request_lines FROM {TABLE} ORDER BY item_id, week LIMIT 51"
            )

    async def nova_page() -> None:
        for _ in range(PAGES):
            async with database.snapshot((TABLE,)) as snapshot:
                await page(snapshot, DEMAND_WEEKLY, asked)

    async def bare_export() -> None:
        async with connection.transaction():
            cursor = await connection.cursor(
                f"SELECT item_id, week, demand::float8, request_lines FROM {TABLE} ORDER BY item_id, week"
            )
            while await cursor.fetch(CHUNK):
                pass

    async def nova_export(name: str) -> None:
        wanted = Wanted(DEMAND_WEEKLY, selected, tuple(DEMAND_WEEKLY.columns), name)  # pyright: ignore[reportArgumentType]
        session = await exports.open((TABLE,))
        async for _ in file_of(session, wanted, None):
            pass

    figures: dict[str, float] = {}
    pairs = {"page": (bare_page, nova_page)} | {
        name: (bare_export, lambda name=name: nova_export(name)) for name in FORMATS
    }
    for name, (bare, nova) in pairs.items():
        await nova()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rounds = [(await seconds(nova)) / (await seconds(bare)) for _ in range(ROUNDS)]
        figures[f"{name}_vs_bare"] = round(statistics.median(rounds), 2)
        figures[f"{name}_growth_mib"] = round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1)
    figures["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    await connection.close()
    await database.close()
    return figures


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, start_services(Path(home)) as services:
        fill(services.admin_url)
        settings = Settings(database_url=services.role_url("nova_api_ro"), acquire_timeout=5.0)
        figures = asyncio.run(compare(settings))
    for name, value in figures.items():
        print(f"{name:24} {value:8.2f}")
    if arguments.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
