"""The ASGI application, as a factory: importing this module does nothing."""

from __future__ import annotations

import os

from nova_api import logs
from nova_api.app import build_app
from nova_api.http.edge import Edge
from nova_api.http.express import Express
from nova_api.settings import Settings, load
from nova_api.telemetry.requests import RequestLog


def create_app(settings: Settings | None = None) -> Edge:
    """The application with its outermost layer; without settings, those of the environment.

    Raises:
        SettingsError: when the environment lacks something.
    """
    chosen = settings or load(os.environ)
    logs.configure(chosen.log_level, chosen.log_format)
    return Edge(Express(build_app(chosen)), RequestLog(chosen.log_format))
