"""What a fresh PostgreSQL needs: databases, migrations, and roles that log in. The pipeline's package does it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from nova_local import project
from nova_local.errors import LocalError

WAREHOUSE = "nova"
DAGSTER = "dagster"
DAGSTER_OWNER = "nova_dagster"


def provision(addresses: Mapping[str, str]) -> None:
    """Bring the server to what this version needs, in a process of its own; a second time changes nothing.

    `addresses`: the variables of `.env.example` that name databases, the administrator's too. Raises `LocalError`
    with the output when it fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", "nova_assets.provision"],
        cwd=project.ROOT,
        env={**os.environ, **addresses},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalError(f"the databases could not be made ready:\n{done.stdout}{done.stderr}")
