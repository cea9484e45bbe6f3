"""Settings of the pipeline: everything it reads from the environment, in one place.

Nothing is read at import, so that definitions load with an empty environment.
"""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
LONGEST_HORIZON_DAYS = 182
"""As far as demand is forecast."""

FEWEST_WEEKS_KEPT = 26


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


def erp_branches() -> list[str]:
    """Codes of the ERP's branches to read, in their order (NOVA_ERP_BRANCHES, between commas); none: all.

    Raises:
        InvalidSettingError: a code is there twice.
    """
    codes = [code.strip() for code in os.environ.get("NOVA_ERP_BRANCHES", "").split(",") if code.strip()]
    if len(set(codes)) < len(codes):
        raise InvalidSettingError(f"NOVA_ERP_BRANCHES is {','.join(codes)}: it must name each branch once.")
    return codes


def forecasting_python() -> Path:
    """The Python of the forecasting environment, which is apart so that nobody else pays for its libraries."""
    default = PROJECT_ROOT / ".venv-forecasting" / "bin" / "python"
    return Path(os.environ.get("NOVA_FORECASTING_PYTHON") or default)


def lstm_python() -> Path:
    """The Python of the recurrent network's environment (NOVA_LSTM_PYTHON), which `make install-lstm` makes."""
    default = PROJECT_ROOT / ".venv-lstm" / "bin" / "python"
    return Path(os.environ.get("NOVA_LSTM_PYTHON") or default)


def lstm_seconds() -> int:
    """Longest time that the recurrent network may take for one origin (NOVA_LSTM_SECONDS, 900).

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_LSTM_SECONDS") or 900


def lake_root() -> str:
    """Folder or `s3://bucket/prefix` of the lake's Delta tables."""
    return os.environ.get("NOVA_LAKE") or str(PROJECT_ROOT / ".nova" / "lake")


@dataclass(frozen=True)
class ObjectStore:
    """Where `s3://` leads to: the store's address, None for Amazon's own, and its region.

    Credentials are not among them: the libraries read AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the machine's
    role, themselves, so that they are on no screen.
    """

    endpoint: str | None
    region: str


def object_store() -> ObjectStore:
    """The object store of AWS_ENDPOINT_URL and AWS_REGION (us-east-1)."""
    return ObjectStore(
        os.environ.get("AWS_ENDPOINT_URL", "").strip() or None, os.environ.get("AWS_REGION", "").strip() or "us-east-1"
    )


def lake_storage_options() -> dict[str, str]:
    """How the object store of an `s3://` lake is reached, in the words of `deltalake`; nothing for a folder.

    The connection is unencrypted only where the store's address says `http://`.
    """
    if not lake_root().startswith("s3://"):
        return {}
    store = object_store()
    return {
        # Two commits of the same version: the store refuses the later one, which is then made anew.
        "aws_conditional_put": "etag",
        "aws_region": store.region,
        **({"aws_endpoint_url": store.endpoint} if store.endpoint else {}),
        "aws_allow_http": str((store.endpoint or "").startswith("http://")).lower(),
    }


def lake_origins_kept_weeks() -> int | None:
    """Weeks after which an origin is deleted from the lake (NOVA_LAKE_ORIGINS_KEPT_WEEKS); None, the default: never.

    Raises:
        InvalidSettingError: it is not a whole number from 26 on. The errors of an origin's forecasts are known in full
            only after its longest horizon, and models are chosen by them.
    """
    weeks = _whole_number("NOVA_LAKE_ORIGINS_KEPT_WEEKS")
    if weeks is not None and weeks < FEWEST_WEEKS_KEPT:
        raise InvalidSettingError(f"NOVA_LAKE_ORIGINS_KEPT_WEEKS is {weeks}: it must be at least {FEWEST_WEEKS_KEPT}.")
    return weeks


def forecast_engine() -> str:
    """Where forecasts are computed: a name of `nova_assets.forecasting.engine.ENGINES`."""
    return os.environ.get("FORECAST_ENGINE") or "local"


def forecast_sees_adjusted_demand() -> bool:
    """Whether models see unusual quantities adjusted (FORECAST_ADJUST_DEMAND=1); measured, it does not help."""
    return os.environ.get("FORECAST_ADJUST_DEMAND", "").strip() == "1"


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


def planning_cron() -> str:
    """When the day before is planned (NOVA_PLANNING_CRON, 05:00), after the night's load and Monday's forecasts."""
    return os.environ.get("NOVA_PLANNING_CRON", "").strip() or "0 5 * * *"


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
    """Seconds between two looks into a drop folder (NOVA_DROP_FOLDER_SECONDS, 30): what did not change in between is
    taken as whole.

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_DROP_FOLDER_SECONDS") or 30


def forecast_drop_folder() -> str | None:
    """Folder, or `s3://bucket/prefix`, of forecasts that others made (NOVA_FORECAST_DROP_FOLDER); None: nowhere."""
    value = os.environ.get("NOVA_FORECAST_DROP_FOLDER", "").strip()
    if value.startswith("s3://"):
        return value
    return str(Path(value).expanduser()) if value else None


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


def audit_months() -> int:
    """Months of the audit log that stay in its table (NOVA_AUDIT_MONTHS, 24), before the present one.

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_AUDIT_MONTHS") or 24


def review_period_days() -> int:
    """Days between two looks at what to order (NOVA_REVIEW_PERIOD_DAYS, 7): an order must last that much longer.

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_REVIEW_PERIOD_DAYS") or 7


@dataclass(frozen=True)
class PlanningRules:
    """What a company decides about its proposals; docs/recommendations.md.

    Attributes:
        horizon_days: days ahead that stock is shown day by day.
        lost_supply_days: so late, an order is not waited for any longer.
        requested_days: so old, a request that was not ordered does not count as to come.
        dead_stock_days: stock without demand for so long is dead.
        order_risk: level of demand that an order must still come in time for, 0.5 or 0.9.
        money_half_brl: money at risk that counts half of what any money can count in a priority.
    """

    horizon_days: int
    lost_supply_days: int
    requested_days: int
    dead_stock_days: int
    order_risk: float
    money_half_brl: float


def planning_rules() -> PlanningRules:
    """What the environment says of proposals.

    Raises:
        InvalidSettingError: a setting means nothing.
    """
    horizon = _whole_number("NOVA_HORIZON_DAYS") or 91
    if horizon > LONGEST_HORIZON_DAYS:
        raise InvalidSettingError(f"NOVA_HORIZON_DAYS is {horizon}: it must be at most {LONGEST_HORIZON_DAYS}.")
    risk = os.environ.get("NOVA_ORDER_RISK", "").strip() or "q90"
    if risk not in ("q50", "q90"):
        raise InvalidSettingError(f"NOVA_ORDER_RISK is {risk!r}: it must be `q50` or `q90`.")
    return PlanningRules(
        horizon_days=horizon,
        lost_supply_days=_whole_number("NOVA_LOST_SUPPLY_DAYS") or 60,
        requested_days=_whole_number("NOVA_REQUESTED_DAYS") or 60,
        dead_stock_days=_whole_number("NOVA_DEAD_STOCK_DAYS") or 365,
        order_risk=int(risk[1:]) / 100,
        money_half_brl=float(_whole_number("NOVA_PRIORITY_HALF_BRL") or 10_000),
    )


def policy_method() -> str | None:
    """The one method that every item is planned by (NOVA_POLICY_METHOD); None, the default: by what is known of it.

    Raises:
        InvalidSettingError: it is none of `service`, `allocated` and `classic`.
    """
    value = os.environ.get("NOVA_POLICY_METHOD", "").strip()
    if value not in ("", "service", "allocated", "classic"):
        raise InvalidSettingError(f"NOVA_POLICY_METHOD is {value!r}: it must be `service`, `allocated` or `classic`.")
    return value or None


def service_targets() -> str:
    """Rows of target service that differ from the defaults (NOVA_SERVICE_TARGETS), as `ServiceTargets.parse` reads."""
    return os.environ.get("NOVA_SERVICE_TARGETS", "").strip()


def fill_target() -> float:
    """Share of requests that all items together are to serve from stock (NOVA_FILL_TARGET, 0.95)."""
    return _number("NOVA_FILL_TARGET", 0.95, below=1)


def stock_budget_brl() -> float | None:
    """Value of stock that is kept to in place of the fill target (NOVA_STOCK_BUDGET_BRL); None, the default: none."""
    return _number("NOVA_STOCK_BUDGET_BRL", 0) or None


def service_floor() -> float:
    """Lowest target service that the allocation gives an item (NOVA_SERVICE_FLOOR, 0.5)."""
    return _number("NOVA_SERVICE_FLOOR", 0.5, below=1)


def order_cost_brl() -> float:
    """Cost of placing and receiving one order line, in BRL (NOVA_ORDER_COST_BRL, 50)."""
    return _number("NOVA_ORDER_COST_BRL", 50)


def holding_rate() -> float:
    """Yearly cost of keeping stock, part of its value (NOVA_HOLDING_RATE, 0.25)."""
    return _number("NOVA_HOLDING_RATE", 0.25)


def most_cover_months() -> float:
    """Months of expected demand that a usual order lasts at most (NOVA_MOST_COVER_MONTHS, 12)."""
    return _number("NOVA_MOST_COVER_MONTHS", 12)


def unpriced_cover_months() -> float:
    """Months that an order of an item without a price lasts (NOVA_UNPRICED_COVER_MONTHS, 1)."""
    return _number("NOVA_UNPRICED_COVER_MONTHS", 1)


def excess_weeks() -> int:
    """Weeks of demand beyond which stock is excess (NOVA_EXCESS_WEEKS, 26).

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_EXCESS_WEEKS") or 26


def alert_late_days() -> int:
    """Days that a delivery may be late without an alert (NOVA_ALERT_LATE_DAYS, 7).

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_ALERT_LATE_DAYS") or 7


def alert_excess_brl() -> float:
    """Value of an item's excess stock from where on there is an alert (NOVA_ALERT_EXCESS_BRL, 5000)."""
    return _number("NOVA_ALERT_EXCESS_BRL", 5000)


def event_log_days() -> int:
    """Days that Dagster's log messages are kept (NOVA_EVENT_LOG_DAYS, 60).

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_EVENT_LOG_DAYS") or 60


def publication_days() -> int:
    """Days that what publications counted and checked is kept (NOVA_PUBLICATION_DAYS, 400: a year and its last month).

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_PUBLICATION_DAYS") or 400


def projection_days() -> int:
    """Days that projections of stock are kept (NOVA_PROJECTION_DAYS, 30), before the latest one.

    Raises:
        InvalidSettingError: it is not a whole number from 1 on.
    """
    return _whole_number("NOVA_PROJECTION_DAYS") or 30


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


def _number(name: str, default: float, below: float = float("inf")) -> float:
    """A number above zero and below `below`; `default` where none is set.

    Raises:
        InvalidSettingError: it is none.
    """
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not 0 < number < below:
        raise InvalidSettingError(f"{name} is {value!r}: it must be a number above 0 and below {below:g}.")
    return number


def use_workbook(path: str) -> None:
    """Make `path` the purchasing workbook of this process and its children."""
    os.environ["ERP_WORKBOOK"] = str(Path(path).expanduser().resolve())
