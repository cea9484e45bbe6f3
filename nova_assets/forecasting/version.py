"""The version of a forecast: which code, which parameters, which data."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nova_assets.forecasting.history import History
    from nova_assets.forecasting.models.protocol import Model


@cache
def code_version() -> str:
    """Eight hexadecimal digits of this package's sources and of the libraries that compute."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    for library in ("lightgbm", "statsforecast", "scipy"):
        digest.update(f"{library}=={_installed(library)}".encode())
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
    data = history.digest
    if pool is not history:
        data = hashlib.sha256(f"{data}{pool.digest}".encode()).hexdigest()[:8]
    parameters = json.dumps([model.name, dict(model.parameters)], sort_keys=True)
    return f"{code_version()}.{hashlib.sha256(parameters.encode()).hexdigest()[:8]}.{data}"
