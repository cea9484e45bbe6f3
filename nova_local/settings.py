"""The environment variables this package reads, each with its default."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nova_local import project


@dataclass(frozen=True)
class Settings:
    """`home`: NOVA_HOME, default `.nova` in the clone. `workbook`: ERP_WORKBOOK. `lake`: NOVA_LAKE, a folder or s3://."""

    home: Path
    workbook: Path | None
    lake: str | None

    @classmethod
    def from_environment(cls) -> Settings:
        workbook = os.environ.get("ERP_WORKBOOK")
        return cls(
            home=Path(os.environ.get("NOVA_HOME") or project.ROOT / ".nova"),
            workbook=Path(workbook) if workbook else None,
            lake=os.environ.get("NOVA_LAKE") or None,
        )
