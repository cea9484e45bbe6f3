"""Following ends when it is told to, whatever comes at that moment."""

from __future__ import annotations

import asyncio

import pytest

from nova_api.versions import VersionMap

pytestmark = pytest.mark.anyio


async def test_following_ends_though_a_notification_comes_with_the_end(settings):
    versions = VersionMap(settings)
    await versions.start()
    assert versions.connected
    async with asyncio.timeout(10):
        await asyncio.gather(versions.read_again(patience=0.01), versions.stop())
    assert "follower of versions" not in {task.get_name() for task in asyncio.all_tasks()}
