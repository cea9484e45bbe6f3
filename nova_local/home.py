"""Where everything of one embedded Nova lies: the folders and files below NOVA_HOME."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The state folder of one embedded Nova. `root` is absolute; `create` makes it."""

    root: Path

    @classmethod
    def create(cls, root: Path) -> Home:
        """Make the folder and its `logs` when absent; the parents keep their permissions."""
        home = cls(root.expanduser().resolve())
        home.logs.mkdir(parents=True, exist_ok=True)
        return home

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    @property
    def postgres(self) -> Path:
        """Data and, where needed, a copy of the binaries; a symlink when they had to be placed elsewhere."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def lock(self) -> Path:
        """Held by the one running supervisor; the kernel releases it however that process ends."""
        return self.root / "up.lock"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    def demo_workbook(self, size: str) -> Path:
        return self.root / f"demo-{size}.xlsx"

    @property
    def workbook(self) -> Path:
        """Link to the workbook that was loaded last: the pipeline knows it by this name, whichever it is."""
        return self.root / "workbook.xlsx"

    @property
    def source(self) -> Path:
        """The source that was loaded last: a line with its kind, `workbook` or `erp`, and one with its name."""
        return self.root / "source"

    @property
    def materialized(self) -> Path:
        """Fingerprint of the input that the tables were made from."""
        return self.root / "materialized"
