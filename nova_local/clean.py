"""`nova clean`: delete the state of one home, and nothing that is not ours."""

from __future__ import annotations

import shutil

from nova_local import postgres
from nova_local.errors import LocalError
from nova_local.files import is_locked
from nova_local.home import Home


def clean(home: Home) -> None:
    """Delete the databases (also where they had to be placed elsewhere), secrets, logs, lake and demo workbooks.

    Only what Nova makes is deleted: a NOVA_HOME that points to a folder of other things keeps them. Raises
    `LocalError` while Nova runs.
    """
    if is_locked(home.lock):
        raise LocalError("Nova is running: `nova down` first")
    postgres.remove(home)
    for folder in (home.valkey, home.logs, home.dagster, home.lake):
        shutil.rmtree(folder, ignore_errors=True)
    made = [
        home.secrets,
        home.state,
        home.materialized,
        home.workbook,
        home.source,
        home.lock,
        home.root / "postgres.lock",
    ]
    for file in [*made, *home.root.glob("demo-*.xlsx")]:
        file.unlink(missing_ok=True)
    if home.root.exists() and not any(home.root.iterdir()):
        home.root.rmdir()
