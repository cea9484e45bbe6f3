"""The forecasting location in its own environment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from nova_assets.resources.lake import Lake
from nova_assets.settings import PROJECT_ROOT, forecasting_python


def materialize_in_forecasting(assets: Sequence[str], first: date, last: date, database_url: str, folder: Path) -> Lake:
    """Materialize assets of the forecasting location (`lake/…`) for the origins `first` to `last`, as one run.

    Args:
        database_url: the warehouse, in the pipeline's role.
        folder: empty; the lake comes to lie in it.
    """
    (folder / "dagster").mkdir()
    command = [str(forecasting_python()), "-m", "dagster", "asset", "materialize"]
    command += ["-m", "nova_assets.forecasting.definitions", "--partition-range", f"{first}...{last}"]
    finished = subprocess.run(
        [*command, "--select", " or ".join(f'key:"{asset}"' for asset in assets)],
        cwd=PROJECT_ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url,
            "NOVA_LAKE": str(folder / "lake"),
            "DAGSTER_HOME": str(folder / "dagster"),
            "DAGSTER_DISABLE_TELEMETRY": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-4000:]
    return Lake(root=str(folder / "lake"))
