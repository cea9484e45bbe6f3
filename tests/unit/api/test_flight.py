"""Single flight: one does the work, everybody has the result."""

from __future__ import annotations

import asyncio

import pytest

from nova_api.cache.flight import SingleFlight

pytestmark = pytest.mark.anyio


async def test_callers_at_the_same_time_share_one_piece_of_work_and_later_ones_do_not():
    done = []

    async def work() -> int:
        await asyncio.sleep(0.01)
        done.append(1)
        return len(done)

    flights = SingleFlight[int]()
    assert await asyncio.gather(*(flights.run("key", work) for _ in range(10))) == [1] * 10
    assert await flights.run("key", work) == 2


async def test_an_error_reaches_every_caller_and_is_not_kept():
    async def fail() -> int:
        await asyncio.sleep(0)
        raise ValueError("no")

    async def succeed() -> int:
        return 1

    flights = SingleFlight[int]()
    results = await asyncio.gather(*(flights.run("key", fail) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [ValueError] * 3
    assert await flights.run("key", succeed) == 1


async def test_a_caller_who_leaves_does_not_stop_the_work_of_the_others():
    async def work() -> int:
        await asyncio.sleep(0.02)
        return 1

    flights = SingleFlight[int]()
    leaver = asyncio.create_task(flights.run("key", work))
    stayer = asyncio.create_task(flights.run("key", work))
    await asyncio.sleep(0)
    leaver.cancel()
    assert await stayer == 1
