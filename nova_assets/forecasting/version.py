"""The version of a forecast: which code, which parameters, which data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from nova_assets.settings import PROJECT_ROOT

if TYPE_CHECKING:
    from nova_assets.forecasting.history import History
    from nova_assets.forecasting.models.protocol import Model

LSTM_LOCK = PROJECT_ROOT / "requirements" / "lstm.txt"
"""The libraries of the recurrent network, which this environment does not have."""


@cache
def code_version() -> str:
    """Eight hexadecimal digits of this package's sources and of the libraries that compute."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    for library in ("lightgbm", "prophet", "statsforecast", "scipy"):
        digest.update(f"{library}=={_installed(library)}".encode())
    if LSTM_LOCK.exists():
        digest.update(LSTM_LOCK.read_bytes())
    return digest.hexdigest()[:8]


def _installed(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        # Definitions also load where nothing is ever forecast, as in the warehouse's environment.
        return "absent"


def model_version(model: Model, history: History, pool: History) -> str:
    """`<code>.<parameters>.<data>`, eight hexadecimal digits each.

    Two forecasts with one version come from the same code, the same parameters and the same demand before the origin,
    whatever has been loaded since. Of a portfolio in parts, the data are those of the part and of the pool.
    """
    data = history.digest if pool is history else short_digest(f"{history.digest}{pool.digest}")
    return version_of(model.name, model.parameters, data)


def version_of(name: str, parameters: Mapping[str, float], data: str) -> str:
    """`<code>.<parameters>.<data>` of anything estimated: `data` is the digest of what it was estimated from."""
    chosen = json.dumps([name, dict(parameters)], sort_keys=True)
    return f"{code_version()}.{short_digest(chosen)}.{data}"


def short_digest(text: str) -> str:
    """Eight hexadecimal digits of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]
