"""Addresses that will go say so, long before."""

from __future__ import annotations

from datetime import date

import pytest
from litestar import Litestar, Response, get
from litestar.testing import TestClient

from nova_api.http.deprecation import deprecated


def test_an_address_that_will_go_says_since_when_until_when_and_what_comes_instead():
    @get("/old", **deprecated(date(2026, 1, 1), date(2026, 7, 1), "/new"))
    async def old() -> Response[str]:
        return Response("", headers={"Link": '</old?cursor=x>; rel="next"'})

    @get("/new")
    async def new() -> str:
        return ""

    app = Litestar([old, new])
    with TestClient(app) as client:
        going, staying = client.get("/old"), client.get("/new")
    assert going.headers["deprecation"] == "@1767225600"
    assert going.headers["sunset"] == "Wed, 01 Jul 2026 00:00:00 GMT"
    assert going.headers["link"] == '</old?cursor=x>; rel="next", </new>; rel="successor-version"'
    assert not {"deprecation", "sunset", "link"} & set(staying.headers)
    paths = app.openapi_schema.to_schema()["paths"]
    assert paths["/old"]["get"]["deprecated"] is True
    assert paths["/new"]["get"]["deprecated"] is False


def test_nothing_goes_without_notice():
    with pytest.raises(ValueError, match="180 days"):
        deprecated(date(2026, 1, 1), date(2026, 2, 1), "/new")
