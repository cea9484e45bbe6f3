"""Workbooks that somebody puts into a folder are loaded by themselves, one at a time, each content once."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from nova_assets import settings
from nova_assets.extracts.workbook.lines import repair
from nova_assets.extracts.workbook.sheets import WorkbookError, read_workbook
from nova_assets.operations.commands import REFUSED, run_module
from nova_assets.partitions import today

LOADED, REJECTED = "loaded", "rejected"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
OTHER_SOURCE = "The source is the ERP's database (NOVA_SOURCE=erp): no workbook is loaded."
SHA256, REASON = "nova/workbook_sha256", "nova/rejected"


class DroppedWorkbook(dg.Config):
    """The file to load."""

    path: str


@dataclass(frozen=True)
class Candidate:
    """A file of the folder that has not changed between two looks at it."""

    path: Path
    sha256: str


@dg.op
def load_workbook(context: dg.OpExecutionContext, config: DroppedWorkbook) -> None:
    """Load the workbook as `nova materialize` does, with all that is made from it, and move it to `loaded/`.

    A file that cannot be used is moved to `rejected/`, the reason beside it; one whose load broke off for another
    reason stays where it is, so that running this run again loads it.
    """
    path = Path(config.path)
    refuse_other_source()
    if not path.is_file():
        raise dg.Failure(f"There is no file {path} any more.", allow_retries=False)
    if (reason := unusable(path)) is not None:
        raise rejected(context, path, reason)
    ended = run_module(context, "nova_assets.materialize", ["--workbook", str(path)])
    if ended.code == REFUSED:
        raise rejected(context, path, ended.said)
    if ended.code:
        raise dg.Failure(f"{path.name} was not loaded and stays in the folder; run this run again:\n{ended.said}")
    kept = move(path, LOADED)
    remember(kept)
    context.log.info(f"{path.name} is loaded, and kept as {kept}")


@dg.job(
    name="load_dropped_workbook",
    executor_def=dg.in_process_executor,
    description="Loads a workbook of the drop folder and makes everything that follows from it.",
)
def load_dropped_workbook() -> None:
    load_workbook()


def drop_folder_sensor() -> dg.SensorDefinition:
    """The sensor on NOVA_DROP_FOLDER; it runs from the start where that is set."""
    started = dg.DefaultSensorStatus.RUNNING if settings.drop_folder() else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name="drop_folder",
        job=load_dropped_workbook,
        minimum_interval_seconds=settings.drop_folder_seconds(),
        default_status=started,
        description="Loads each new workbook of the folder NOVA_DROP_FOLDER, one at a time, the oldest first.",
    )
    def look(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        folder = settings.drop_folder()
        if folder is None:
            return dg.SkipReason("NOVA_DROP_FOLDER is not set: there is no folder to look into.")
        if not folder.is_dir():
            return dg.SkipReason(f"There is no folder {folder} (NOVA_DROP_FOLDER).")
        if settings.source() != "workbook":
            return dg.SkipReason(OTHER_SOURCE)
        seen = json.loads(context.cursor or "{}")
        present = sizes(folder)
        ready = [folder / name for name in present if seen.get(name) == present[name]]
        cursor = json.dumps(present)
        running = context.instance.get_runs(dg.RunsFilter(job_name="load_dropped_workbook", statuses=UNFINISHED))
        if running:
            return dg.SensorResult(skip_reason=f"Run {running[0].run_id} loads a workbook.", cursor=cursor)
        return next_request(context.instance, ready, cursor)

    return look


def next_request(instance: dg.DagsterInstance, ready: list[Path], cursor: str) -> dg.SensorResult:
    """The request for the oldest file whose content was not loaded yet; files loaded before are only moved away."""
    waiting: list[str] = []
    for candidate in by_age(ready):
        before = instance.get_runs(dg.RunsFilter(tags={SHA256: candidate.sha256}), limit=1)
        if not before:
            return dg.SensorResult(run_requests=[request(candidate)], cursor=cursor)
        if before[0].status is dg.DagsterRunStatus.SUCCESS:
            move(candidate.path, LOADED)
            waiting.append(f"{candidate.path.name}: run {before[0].run_id} loaded the same content")
        elif REASON in before[0].tags:
            put_aside(candidate.path, before[0].tags[REASON])
            waiting.append(f"{candidate.path.name}: run {before[0].run_id} rejected the same content")
        else:
            waiting.append(f"{candidate.path.name}: run {before[0].run_id} failed; run it again in Dagster")
    return dg.SensorResult(skip_reason="; ".join(waiting) or "No new workbook.", cursor=cursor)


def request(candidate: Candidate) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=candidate.sha256,
        run_config=dg.RunConfig(ops={"load_workbook": DroppedWorkbook(path=str(candidate.path))}),
        tags={SHA256: candidate.sha256, "nova/workbook": candidate.path.name},
    )


def sizes(folder: Path) -> dict[str, list[int]]:
    """Size and time of change of each workbook; names that programs give to unfinished files are left out."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() == ".xlsx" and not path.name.startswith((".", "~$")) and path.is_file():
            stat = path.stat()
            found[path.name] = [stat.st_size, stat.st_mtime_ns]
    return found


def by_age(paths: list[Path]) -> Iterator[Candidate]:
    for path in sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name)):
        yield Candidate(path, hashlib.sha256(path.read_bytes()).hexdigest())


def refuse_other_source() -> None:
    """A workbook loads nothing while the ERP's database is what core is made from."""
    if settings.source() != "workbook":
        raise dg.Failure(OTHER_SOURCE)


def unusable(path: Path) -> str | None:
    """Why the file cannot be loaded, found before anything of it is published; None when it can."""
    try:
        workbook = read_workbook(path)
    except WorkbookError as error:
        return str(error)
    if not repair(workbook, today()).count("kept"):
        return f"{path.name}: not one of its {len(workbook.lines)} lines can be used."
    return None


def rejected(context: dg.OpExecutionContext, path: Path, reason: str) -> dg.Failure:
    """Put the file aside and the reason on the run, for when the same content comes again."""
    # PostgreSQL indexes tags, and refuses long ones.
    context.instance.add_run_tags(context.run_id, {REASON: reason[:500]})
    aside = put_aside(path, reason)
    return dg.Failure(f"{path.name} was moved to {aside}: {reason}", allow_retries=False)


def put_aside(path: Path, reason: str) -> Path:
    """Move a file to `rejected/` and write the reason beside it."""
    aside = move(path, REJECTED)
    aside.with_name(f"{aside.name}.reason.txt").write_text(reason + "\n", encoding="utf-8")
    return aside


def move(path: Path, subfolder: str) -> Path:
    """Move a file below its folder; of two with the same name the later gets a number."""
    folder = path.parent / subfolder
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem} ({number}){path.suffix}"
    shutil.move(path, target)
    return target


def remember(workbook: Path) -> None:
    """Where ERP_WORKBOOK is a link, as `nova up` makes it, let it lead to what is loaded now."""
    link = settings.workbook_link()
    if link is not None:
        fresh = link.with_name(link.name + ".dropped")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(workbook.resolve())
        fresh.replace(link)
