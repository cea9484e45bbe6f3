"""Workbooks that somebody puts into a folder are loaded by themselves, one at a time, each content once."""

from pathlib import Path

import dagster as dg

from nova_assets import settings
from nova_assets.extracts.workbook.lines import repair
from nova_assets.extracts.workbook.sheets import WorkbookError, read_workbook
from nova_assets.operations.commands import REFUSED, run_module
from nova_assets.operations.dropped_files import LOADED, DropFolder
from nova_assets.partitions import today

OTHER_SOURCE = "The source is the ERP's database (NOVA_SOURCE=erp): no workbook is loaded."


class DroppedWorkbook(dg.Config):
    """The file to load."""

    path: str


def workbooks_in(folder: Path) -> DropFolder:
    return DropFolder.at(str(folder), kind="workbook", suffix=".xlsx", job="load_dropped_workbook")


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
    folder = workbooks_in(path.parent)
    if (reason := unusable(path)) is not None:
        raise folder.rejected(context, config.path, reason)
    ended = run_module(context, "nova_assets.materialize", ["--workbook", str(path)])
    if ended.code == REFUSED:
        raise folder.rejected(context, config.path, ended.said)
    if ended.code:
        raise dg.Failure(f"{path.name} was not loaded and stays in the folder; run this run again:\n{ended.said}")
    kept = folder.move(config.path, LOADED)
    remember(Path(kept))
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
        return workbooks_in(folder).look(context, request)

    return look


def request(path: str) -> dg.RunConfig:
    return dg.RunConfig(ops={"load_workbook": DroppedWorkbook(path=path)})


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


def remember(workbook: Path) -> None:
    """Where ERP_WORKBOOK is a link, as `nova up` makes it, let it lead to what is loaded now."""
    link = settings.workbook_link()
    if link is not None:
        fresh = link.with_name(link.name + ".dropped")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(workbook.resolve())
        fresh.replace(link)
