"""Every address says who may use it, or there is no application."""

from __future__ import annotations

import pytest
from litestar import Litestar, get

from nova_api.app import build_app
from nova_api.auth.permissions import (
    GRANTS,
    OPTION,
    Permission,
    Role,
    UnguardedRouteError,
    guarded_handlers,
    require_permissions,
)
from nova_api.settings import Settings


def test_an_address_that_nobody_decided_on_is_refused_and_named():
    @get("/forgotten")
    async def forgotten() -> str:
        return ""

    @get("/open", opt={OPTION: Permission.PUBLIC})
    async def decided() -> str:
        return ""

    with pytest.raises(UnguardedRouteError, match="/forgotten") as refused:
        require_permissions(Litestar([forgotten, decided], openapi_config=None))
    assert "/open" not in str(refused.value)


def test_only_health_the_reference_and_signing_in_are_open_to_everybody():
    app = build_app(Settings(database_url="postgresql://"))
    opened = {path for path, handler in guarded_handlers(app) if handler.opt[OPTION] is Permission.PUBLIC}
    signing_in = {"/api/v1/auth/login", "/api/v1/auth/refresh"}
    assert signing_in < opened
    assert all(path.startswith(("/health/", "/schema")) for path in opened - signing_in)


def test_each_role_may_do_what_the_one_before_it_may():
    assert GRANTS[Role.VIEWER] < GRANTS[Role.ANALYST] < GRANTS[Role.ADMIN] == set(Permission)
