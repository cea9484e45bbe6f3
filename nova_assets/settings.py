"""Settings of the pipeline: everything it reads from the environment, in one place.

Nothing is read at import, so that definitions load with an empty environment.
"""

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class MissingSettingError(RuntimeError):
    """An environment variable that the command needs is not set."""


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


def use_workbook(path: str) -> None:
    """Make `path` the purchasing workbook of this process and its children."""
    os.environ["ERP_WORKBOOK"] = str(Path(path).expanduser().resolve())
