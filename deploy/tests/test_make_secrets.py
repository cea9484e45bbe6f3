"""The secrets are made once, and what is there stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from deploy.tests.composition import ROOT


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "deploy" / "make_secrets.py"), "--folder", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_all_are_made_once(tmp_path):
    folder = tmp_path / "secrets"
    assert make(folder, "--erp-url", "postgresql://reader@erp/erp").returncode == 0
    made = contents(folder)
    assert folder.stat().st_mode & 0o077 == 0
    again = make(folder)
    assert (again.returncode, "nothing was made" in again.stdout) == (0, True)
    assert contents(folder) == made
    passwords = [value.split("@")[0] for name, value in made.items() if name.endswith("database_url")]
    assert len(set(passwords)) == 5
    assert made["postgres_password"] in made["admin_database_url"]
    assert made["redis_conf"].split()[1] in made["redis_url"]


def test_the_erps_address_has_no_default(tmp_path):
    refused = make(tmp_path / "secrets")
    assert (refused.returncode, "--erp-url is missing" in refused.stderr) == (2, True)


def test_half_of_a_pair_is_refused(tmp_path):
    folder = tmp_path / "secrets"
    make(folder, "--erp-url", "x://")
    (folder / "redis_url").unlink()
    refused = make(folder)
    assert (refused.returncode, "only one is there" in refused.stderr) == (2, True)
    assert not (folder / "redis_url").exists()
