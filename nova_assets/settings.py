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


def use_workbook(path: str) -> None:
    """Make `path` the purchasing workbook of this process and its children."""
    os.environ["ERP_WORKBOOK"] = str(Path(path).expanduser().resolve())
