"""The gate lets so many through, lets so many wait in their order, and turns the others away at once."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nova_api.admission import Gate
from nova_api.errors import OverloadedError

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@given(places=st.integers(1, 5), queue=st.integers(0, 6), callers=st.integers(1, 20))
@settings(deadline=None)
def test_of_callers_at_once_those_who_fit_are_served_in_their_order(places, queue, callers):
    async def scenario() -> None:
        gate, served, shed, most, inside = Gate(places, queue, 30), [], [], 0, 0

        async def call(number: int) -> None:
            nonlocal most, inside
            try:
                async with gate.place():
                    inside += 1
                    most = max(most, inside)
                    await asyncio.sleep(0)
                    served.append(number)
                    inside -= 1
            except OverloadedError:
                shed.append(number)

        await asyncio.gather(*map(call, range(callers)))
        fitting = min(callers, places + queue)
        assert served == list(range(fitting))
        assert shed == list(range(fitting, callers))
        assert most == min(callers, places)
        assert (gate.shed, gate.waiting) == (len(shed), 0)

    asyncio.run(scenario())


async def test_who_waits_in_vain_is_shed_and_leaves_the_queue():
    gate = Gate(1, 1, 0.01)
    async with gate.place():
        with pytest.raises(OverloadedError):
            async with gate.place():
                pytest.fail("there is no second place")
        assert gate.waiting == 0
    async with gate.place() as patience:
        assert patience == 0.01


async def test_a_caller_who_goes_away_takes_no_place_with_him():
    gate = Gate(1, 3, 30)

    async def call() -> None:
        async with gate.place():
            await asyncio.sleep(0)

    async with gate.place():
        gone, patient = asyncio.create_task(call()), asyncio.create_task(call())
        await asyncio.sleep(0)
        assert gate.waiting == 2
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
    await patient
    assert gate.waiting == 0
    async with gate.place():
        pass
