"""Homes for servers, placed where also an unprivileged user can go (pytest's own folders are closed to others)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_local import postgres
from nova_local.home import Home


@pytest.fixture
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="nova-test-"))
    folder.chmod(0o755)
    made = Home.create(folder / "home")
    yield made
    postgres.remove(made)
    shutil.rmtree(folder)
