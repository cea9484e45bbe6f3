"""Folders into which people put files: which file is next, and where it goes once it was loaded or refused.

A folder lies on this machine or in an object store. Each content is loaded once: the runs of the past say which were.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import dagster as dg
from pyarrow import fs

from nova_assets import settings

LOADED, REJECTED = "loaded", "rejected"
REASON = "nova/rejected"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass(frozen=True)
class Candidate:
    """A file of the folder that has not changed between two looks at it."""

    path: str
    sha256: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


@dataclass(frozen=True)
class DropFolder:
    """A folder of files of one kind.

    Attributes:
        files: where the folder lies.
        path: the folder, as `files` names it.
        kind: what a file is; its runs carry the tags `nova/<kind>` and `nova/<kind>_sha256`.
        suffix: how the names of such files end.
        job: the job that loads one file.
    """

    files: fs.FileSystem
    path: str
    kind: str
    suffix: str
    job: str

    @classmethod
    def at(cls, address: str, *, kind: str, suffix: str, job: str) -> DropFolder:
        """The folder at a path of this machine or at `s3://bucket/prefix`."""
        files, path = file_system_of(address)
        return cls(files, path.rstrip("/"), kind, suffix, job)

    @property
    def sha256_tag(self) -> str:
        return f"nova/{self.kind}_sha256"

    @property
    def exists(self) -> bool:
        return self.files.get_file_info(self.path).type is fs.FileType.Directory

    def has(self, path: str) -> bool:
        """Whether the file is still there."""
        return self.files.get_file_info(path).is_file

    def look(self, context: dg.SensorEvaluationContext, request: Callable[[str], dg.RunConfig]) -> dg.SensorResult:
        """What a sensor does on a tick: ask for a run on the oldest file that stood still since the last tick.

        Args:
            context: its cursor holds what was seen on the last tick.
            request: path of a file → configuration of the run that loads it.
        """
        seen = json.loads(context.cursor or "{}")
        present = self.sizes()
        ready = [name for name in present if seen.get(name) == present[name]]
        cursor = json.dumps(present)
        running = context.instance.get_runs(dg.RunsFilter(job_name=self.job, statuses=UNFINISHED))
        if running:
            return dg.SensorResult(skip_reason=f"Run {running[0].run_id} loads a {self.kind}.", cursor=cursor)
        by_age = sorted(ready, key=lambda name: (present[name][1], name))
        return self._next(context.instance, by_age, request, cursor)

    def _next(
        self, instance: dg.DagsterInstance, ready: Sequence[str], request: Callable[[str], dg.RunConfig], cursor: str
    ) -> dg.SensorResult:
        """The request for the first file whose content was not loaded yet; those loaded before are only moved away."""
        waiting: list[str] = []
        for candidate in self._candidates(ready):
            before = instance.get_runs(dg.RunsFilter(tags={self.sha256_tag: candidate.sha256}), limit=1)
            if not before:
                asked = dg.RunRequest(
                    run_key=candidate.sha256,
                    run_config=request(candidate.path),
                    tags={self.sha256_tag: candidate.sha256, f"nova/{self.kind}": candidate.name},
                )
                return dg.SensorResult(run_requests=[asked], cursor=cursor)
            if before[0].status is dg.DagsterRunStatus.SUCCESS:
                self.move(candidate.path, LOADED)
                waiting.append(f"{candidate.name}: run {before[0].run_id} loaded the same content")
            elif REASON in before[0].tags:
                self.put_aside(candidate.path, before[0].tags[REASON])
                waiting.append(f"{candidate.name}: run {before[0].run_id} rejected the same content")
            else:
                waiting.append(f"{candidate.name}: run {before[0].run_id} failed; run it again in Dagster")
        return dg.SensorResult(skip_reason="; ".join(waiting) or f"No new {self.kind}.", cursor=cursor)

    def sizes(self) -> dict[str, list[int]]:
        """Size and time of change of each file; names that programs give to unfinished files are left out."""
        found = {}
        for info in self.files.get_file_info(fs.FileSelector(self.path)):
            name = info.base_name
            if info.is_file and name.lower().endswith(self.suffix) and not name.startswith((".", "~$")):
                found[name] = [info.size, info.mtime_ns]
        return dict(sorted(found.items()))

    def _candidates(self, names: Sequence[str]) -> Iterator[Candidate]:
        for name in names:
            path = f"{self.path}/{name}"
            with self.files.open_input_stream(path) as content:
                yield Candidate(path, hashlib.file_digest(content, "sha256").hexdigest())

    def rejected(self, context: dg.OpExecutionContext, path: str, reason: str) -> dg.Failure:
        """Put the file aside and the reason on the run, for when the same content comes again."""
        # PostgreSQL indexes tags, and refuses long ones.
        context.instance.add_run_tags(context.run_id, {REASON: reason[:500]})
        aside = self.put_aside(path, reason)
        return dg.Failure(f"{PurePosixPath(path).name} was moved to {aside}: {reason}", allow_retries=False)

    def put_aside(self, path: str, reason: str) -> str:
        """Move a file to `rejected/` and write the reason beside it."""
        aside = self.move(path, REJECTED)
        with self.files.open_output_stream(f"{aside}.reason.txt") as beside:
            beside.write(f"{reason}\n".encode())
        return aside

    def move(self, path: str, subfolder: str) -> str:
        """Move a file below its folder; of two with the same name the later gets a number."""
        name = PurePosixPath(path)
        folder = f"{name.parent}/{subfolder}"
        self.files.create_dir(folder)
        target, number = f"{folder}/{name.name}", 1
        while self.files.get_file_info(target).type is not fs.FileType.NotFound:
            number += 1
            target = f"{folder}/{name.stem} ({number}){name.suffix}"
        self.files.move(path, target)
        return target


def file_system_of(address: str) -> tuple[fs.FileSystem, str]:
    """Where an address lies, and its path there: a path of this machine, or `s3://bucket/prefix`."""
    if not address.startswith("s3://"):
        return fs.LocalFileSystem(), address
    store = settings.object_store()
    return fs.S3FileSystem(endpoint_override=store.endpoint, region=store.region), address.removeprefix("s3://")
