"""The served API asked by requests that schemathesis makes of its document, good and bad, as nobody and as each role.

A few for each operation here; `make contract` asks all of them, 20,000 and more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from nova_api.auth.permissions import Role
from nova_api.cache.policy import POLICIES
from nova_api.listings.catalogue import LISTINGS
from nova_local.ports import any_free
from tests.support import callers
from tests.support.invented_rows import fill, invent
from tests.support.served import served

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "frontend/openapi/openapi.json"
CONFIGURATION = ROOT / "tests/support/schemathesis.toml"

ALL = 20_000
"""Requests that `make contract` asks at the least, of all callers together."""


@pytest.fixture(scope="module")
def origin(warehouse, services) -> Iterator[str]:
    """The API over a warehouse that has rows in every listing."""
    with psycopg.connect(warehouse.admin_url, autocommit=True) as connection:
        for listing in LISTINGS:
            into, rows = invent(listing, 8, seed=5)
            fill(connection, into, rows)
    for dataset in sorted({name for policy in POLICIES.values() for name in policy.datasets}):
        warehouse.publish(dataset)
    environment = {
        **os.environ,
        "NOVA_API_DATABASE_URL": warehouse.reader_url,
        "NOVA_API_WRITE_DATABASE_URL": warehouse.writer_url,
        "NOVA_API_TOKEN_KEYS": callers.KEYS,
        "NOVA_API_PORT": str(any_free()),
        "NOVA_API_EVENT_STREAMS": "0",
        # Nothing here is about waiting for a connection, which a busy machine makes slow.
        "NOVA_API_ACQUIRE_TIMEOUT": "10",
        "NOVA_API_LOG_LEVEL": "WARNING",
        "REDIS_URL": services.redis_url or "",
    }
    with served(environment) as origin:
        yield origin


def ask(origin: str, role: Role | None, report: Path, *arguments: str) -> int:
    """Ask as a role; returns how many requests there were. What is wrong fails the test, with how to ask it again."""
    headers = [f"--header={name}: {value}" for name, value in callers.bearer(role).items()]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "--no-color", "run"]
    given = [str(DOCUMENT), f"--url={origin}", *headers, "--report=json", f"--report-json-path={report}", *arguments]
    done = subprocess.run([*command, *given], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    told = json.loads(report.read_text())
    assert told["operations"]["tested"] == told["operations"]["selected"] > 0
    return told["test_cases"]["generated"]


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "nobody")
def test_no_answer_is_a_fault_or_of_a_kind_that_the_document_does_not_have(role, origin, tmp_path):
    asked = ask(
        origin,
        role,
        tmp_path / "report.json",
        "--phases=fuzzing",
        "--max-examples=2",
        "--seed=7",
        "--exclude-operation-id=logout",
    )
    assert asked >= 70
    # The token was good to the end: no answer was a refusal of the caller alone.
    me = httpx.get(f"{origin}/api/v1/auth/me", headers=callers.bearer(role))
    assert me.status_code == (401 if role is None else 200)


def test_signing_out_answers_as_its_document_says(origin, tmp_path):
    ask(origin, Role.VIEWER, tmp_path / "report.json", "--seed=7", "--max-examples=5", "--include-operation-id=logout")


@pytest.mark.all_cases
def test_twenty_thousand_answers_are_as_the_document_says(origin, tmp_path):
    counts = {
        role or "nobody": ask(
            origin,
            role,
            tmp_path / f"{role}.json",
            "--phases=examples,coverage,fuzzing",
            "--max-examples=20",
            "--continue-on-failure",
            "--exclude-operation-id=logout",
        )
        for role in (None, *Role)
    }
    print(f"{sum(counts.values())} requests: {counts}")
    assert sum(counts.values()) >= ALL
