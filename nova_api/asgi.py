"""The ASGI application, as a factory: importing this module does nothing."""

from __future__ import annotations

import os
from typing import Any

from granian.utils.proxies import wrap_asgi_with_proxy_headers

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
    app = build_app(chosen)
    return Edge(Express(app), RequestLog(chosen.log_format), lambda *seen: app.state.services.calls.observe(*seen))


def served_app() -> Any:
    """The application as the server runs it: a caller's address is what the trusted proxies before it say.

    Raises:
        SettingsError: when the environment lacks something.
    """
    settings = load(os.environ)
    app = create_app(settings)
    return wrap_asgi_with_proxy_headers(app, settings.proxies) if settings.proxies else app
