"""`state.json`: what runs in this home now, and the ports it had last time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from nova_local.files import write_private
from nova_local.processes import ProcessId

STARTING, READY, STOPPING, STOPPED, FAILED = "starting", "ready", "stopping", "stopped", "failed"
RESTARTING = "restarting"  # of a part only


@dataclass(frozen=True)
class PartState:
    """One part: `address` as a person would type it, `state` one of the words above, `process` while it runs."""

    name: str
    address: str
    state: str
    process: ProcessId | None = None
    restarts: int = 0


@dataclass(frozen=True)
class State:
    """One home. `run_id` marks all processes of the latest `nova up`."""

    phase: str = STOPPED
    run_id: str = ""
    supervisor: ProcessId | None = None
    started_at: str = ""
    ports: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[PartState, ...] = ()

    def address(self, part: str) -> str:
        """Address of a part, empty when it is not in this run."""
        return next((known.address for known in self.parts if known.name == part), "")

    def with_part(self, part: PartState) -> State:
        """The same state with one part replaced or added."""
        known = {each.name: each for each in self.parts} | {part.name: part}
        return replace(self, parts=tuple(known.values()))


def load(path: Path) -> State:
    """The recorded state; a new one when the file is absent or damaged, for it is only a record."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        parts = tuple(PartState(**{**part, "process": process_id(part["process"])}) for part in known.pop("parts"))
        return State(**{**known, "supervisor": process_id(known["supervisor"]), "parts": parts})
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return State()


def process_id(recorded: Mapping | None) -> ProcessId | None:
    return ProcessId(**recorded) if recorded else None


def save(path: Path, state: State) -> None:
    write_private(path, json.dumps(asdict(state), indent=2) + "\n")
