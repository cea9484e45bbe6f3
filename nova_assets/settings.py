"""Settings of the pipeline: everything it reads from the environment, in one place.

Nothing is read at import, so that definitions load with an empty environment.
"""

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class MissingSettingError(RuntimeError):
    """An environment variable that the command needs is not set."""


class InvalidSettingError(RuntimeError):
    """An environment variable has a value that means nothing."""


def _required(name: str, meaning: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise MissingSettingError(f"{name} is not set: it must be {meaning}. `nova up` sets it; see .env.example.")
    return value


def admin_database_url() -> str:
    """URL (SQLAlchemy, psycopg 3) of the warehouse for a role that may create roles; migrations only."""
    url = _required("NOVA_ADMIN_DATABASE_URL", "the warehouse's URL for a role that may create roles")
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def workbook_path() -> Path:
    """The purchasing workbook to read."""
    return Path(_required("ERP_WORKBOOK", "the path of the purchasing workbook (.xlsx)")).expanduser()


def source() -> str:
    """The one source that core is made from: `workbook`, or `erp` (read by SQL). The other one's tables are emptied.

    Raises:
        InvalidSettingError: NOVA_SOURCE is neither.
    """
    chosen = os.environ.get("NOVA_SOURCE") or "workbook"
    if chosen not in ("workbook", "erp"):
        raise InvalidSettingError(f"NOVA_SOURCE is {chosen!r}: it must be `workbook` or `erp`.")
    return chosen


def has_erp() -> bool:
    """Whether an ERP's address is set; the address itself is read by the resource when it connects."""
    return bool(os.environ.get("ERP_URL", "").strip())


def erp_system() -> str:
    """Which system the ERP is: a folder of `sql/erp/`."""
    return os.environ.get("ERP_SYSTEM") or "protheus"


def forecasting_python() -> Path:
    """The Python of the forecasting environment, which is apart so that nobody else pays for its libraries."""
    default = PROJECT_ROOT / ".venv-forecasting" / "bin" / "python"
    return Path(os.environ.get("NOVA_FORECASTING_PYTHON") or default)


def lake_root() -> str:
    """Folder or `s3://bucket/prefix` of the lake's Delta tables."""
    return os.environ.get("NOVA_LAKE") or str(PROJECT_ROOT / ".nova" / "lake")


def forecast_engine() -> str:
    """Where forecasts are computed: a name of `nova_assets.forecasting.engine.ENGINES`."""
    return os.environ.get("FORECAST_ENGINE") or "local"


def forecast_jobs() -> int | None:
    """How many processes compute forecasts here (FORECAST_JOBS); None, the default: one per core.

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("FORECAST_JOBS")


def spark_remote() -> str:
    """Address of a Spark Connect server: `sc://host:15002/;token=…`, with its token where it wants one."""
    return _required("SPARK_REMOTE", "the address of a Spark Connect server, sc://host:15002")


def reads_network() -> bool:
    """Whether public data are read from the network (NOVA_EXTERNAL=live, the default) or simulated.

    Raises:
        InvalidSettingError: NOVA_EXTERNAL is neither `live` nor `simulated`.
    """
    value = os.environ.get("NOVA_EXTERNAL", "").strip() or "live"
    if value not in ("live", "simulated"):
        raise InvalidSettingError(f"NOVA_EXTERNAL is {value!r}: it must be `live` or `simulated`.")
    return value == "live"


def open_meteo_api_key() -> str | None:
    """Key of a customer of Open-Meteo; None for its free service, which is for non-commercial use."""
    return os.environ.get("OPEN_METEO_API_KEY", "").strip() or None


def schedules_run() -> bool:
    """Whether schedules are on from the start (NOVA_SCHEDULES=1); else each is started in Dagster by hand."""
    return os.environ.get("NOVA_SCHEDULES", "").strip() == "1"


def nightly_cron() -> str:
    """When the nightly load runs (NOVA_NIGHTLY_CRON, 02:15), in the time of Bahia."""
    return os.environ.get("NOVA_NIGHTLY_CRON", "").strip() or "15 2 * * *"


def weekly_cron() -> str:
    """When the forecasts of a new week are made (NOVA_WEEKLY_CRON, Mondays 04:00), in the time of Bahia."""
    return os.environ.get("NOVA_WEEKLY_CRON", "").strip() or "0 4 * * 1"


def late_data_days() -> int:
    """How many days back the nightly run loads again (NOVA_LATE_DATA_DAYS, 120): rows that came late or were corrected.

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_LATE_DATA_DAYS") or 120


def drop_folder() -> Path | None:
    """Folder in which new workbooks are looked for (NOVA_DROP_FOLDER); None: nowhere."""
    value = os.environ.get("NOVA_DROP_FOLDER", "").strip()
    return Path(value).expanduser() if value else None


def drop_folder_seconds() -> int:
    """Seconds between two looks into the drop folder (NOVA_DROP_FOLDER_SECONDS, 30): what did not change in between is
    taken as whole.

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_DROP_FOLDER_SECONDS") or 30


def workbook_link() -> Path | None:
    """ERP_WORKBOOK where it is a symbolic link, which may be set to another workbook; else None."""
    path = Path(os.environ.get("ERP_WORKBOOK", "").strip() or ".")
    return path if path.is_symlink() else None


def keep_months() -> int | None:
    """Months of facts and forecasts that stay in the warehouse (NOVA_KEEP_MONTHS); None, the default: for ever.

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_KEEP_MONTHS")


def event_log_days() -> int:
    """Days that Dagster's log messages are kept (NOVA_EVENT_LOG_DAYS, 60).

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_EVENT_LOG_DAYS") or 60


def dagster_database_url() -> str:
    """libpq URL of Dagster's own database."""
    url = _required("DAGSTER_DATABASE_URL", "the URL of Dagster's own database")
    return url.replace("postgresql+psycopg2://", "postgresql://", 1)


def _whole_number(name: str) -> int | None:
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    if not value.isdecimal() or int(value) < 1:
        raise InvalidSettingError(f"{name} is {value!r}: it must be a whole number from 1 on.")
    return int(value)


def use_workbook(path: str) -> None:
    """Make `path` the purchasing workbook of this process and its children."""
    os.environ["ERP_WORKBOOK"] = str(Path(path).expanduser().resolve())
