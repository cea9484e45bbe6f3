"""The topology, once for all tests that ask for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.tests import network
from deploy.tests.composition import ROOT
from deploy.tests.topology import Topology
from nova_local import erp

PROGRAMS = ("bwrap", "ip", "nginx", "tini", "curl", "openssl", "redis-cli", "node")
ERP_PASSWORD = "of-the-demo-erp"


def why_not() -> str | None:
    """What this machine lacks, if it lacks something."""
    if os.geteuid() != 0:
        return "only root may make hosts of its own"
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"not on PATH: {', '.join(missing)}"
    interfaces = Path("/proc/net/dev").read_text().splitlines()[2:]
    if any(not line.strip().startswith("lo:") for line in interfaces):
        return "not in a network namespace of its own: run `make test-deploy`"
    return None


@pytest.fixture(scope="session")
def topology() -> Iterator[Topology]:
    """Everything that docker-compose.yml starts, with an empty warehouse, beside a demo ERP."""
    if reason := why_not():
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="nova-deploy-"))
    folder.chmod(0o755)
    try:
        secrets = folder / "secrets"
        address = f"postgresql+psycopg://{erp.READER}:{ERP_PASSWORD}@postgres:5432/{erp.DATABASE}"
        make = [sys.executable, ROOT / "deploy" / "make_secrets.py", "--folder", secrets, "--erp-url", address]
        subprocess.run(make, check=True)
        network.make_bridge()
        place = folder / "topology"
        place.mkdir()
        topology = Topology(place, secrets, {"NOVA_EXTERNAL": "simulated", "NOVA_SCHEDULES": "0"})
        try:
            topology.up()
            yield topology
        finally:
            topology.down()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def superuser_url(topology: Topology) -> str:
    """Database `postgres` of the topology's server."""
    password = (topology.secrets / "postgres_password").read_text()
    return f"postgresql://postgres:{password}@{topology.addresses['postgres']}:5432/postgres"
