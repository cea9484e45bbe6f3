"""The reference page: Scalar where it is installed, and what to do where it is not."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.testing import TestClient, create_test_client

from nova_api.http.documentation import openapi_config
from nova_api.http.scalar import PACKAGE, PROJECT, Scalar

SCRIPT = 'console.log("Olá");\n\t// </script>'


def client(project: Path) -> TestClient:
    def settings(config: AppConfig) -> AppConfig:
        config.state = State({"parameters": {}})
        return config

    return create_test_client([], openapi_config=openapi_config(Scalar(project)), on_app_init=[settings])


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The project before `make install`."""
    (tmp_path / "package.json").write_text(json.dumps({"dependencies": {PACKAGE: "9.8.7"}}))
    return tmp_path


@pytest.fixture
def filled(bare: Path) -> Path:
    """The project after it, with the package's shape and a script of one line."""
    module = bare / "node_modules" / PACKAGE / "dist/index.js"
    module.parent.mkdir(parents=True)
    literal = json.dumps(SCRIPT).replace("\\t", "\t")
    module.write_text(f'import fp from "x";\nvar standalone_default = {literal};\nexport {{ fp as default }};\n')
    return bare


def test_without_the_package_the_page_says_what_to_run_and_where_the_document_is(bare):
    with client(bare) as api:
        page = api.get("/schema")
        script = api.get("/schema/scalar-9.8.7.js")
        assert api.get("/schema/openapi.json").status_code == 200
    assert page.status_code == 200
    assert "make install" in page.text
    assert 'href="/schema/openapi.json"' in page.text
    assert "<script" not in page.text
    assert script.status_code == 404


def test_the_page_shows_the_document_with_what_calls_elsewhere_off(filled):
    with client(filled) as api:
        page = api.get("/schema").text
    (configuration,) = re.findall(r'data-configuration="([^"]*)"', page)
    chosen = json.loads(unescape(configuration))
    assert chosen["telemetry"] is chosen["withDefaultFonts"] is False
    assert chosen["agent"]["disabled"] is chosen["mcp"]["disabled"] is chosen["hideClientButton"] is True
    assert chosen["showDeveloperTools"] == "never"
    assert 'data-url="/schema/openapi.json"' in page
    assert not re.search(r"(https?:)?//", page)


def test_the_policy_admits_the_scripts_of_the_page_and_no_other(filled):
    with client(filled) as api:
        page = api.get("/schema")
    (sources,) = re.findall(r"script-src ([^;]*)", page.headers["content-security-policy"])
    inline = [text for text in re.findall(r"<script[^>]*>([^<]*)</script>", page.text) if text]
    digests = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in inline]
    assert sources.split() == ["'self'", *digests]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert re.findall(r'src="([^"]*)"', page.text) == ["/schema/scalar-9.8.7.js"]


def test_the_script_is_kept_for_long_under_an_address_of_its_version(filled):
    with client(filled) as api:
        plain = api.get("/schema/scalar-9.8.7.js", headers={"Accept-Encoding": "identity"})
        packed = api.get("/schema/scalar-9.8.7.js", headers={"Accept-Encoding": "gzip"})
    assert plain.text == packed.text == SCRIPT
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    for answer in (plain, packed):
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-type"].startswith("text/javascript")


def test_the_pinned_package_holds_the_script_of_its_version():
    scalar = Scalar()
    if not scalar.installed:
        pytest.skip("`make install` fills nova_api/http/reference")
    assert f"@scalar/api-reference {scalar.version}".encode() in scalar.script
    assert gzip.decompress(scalar.compressed) == scalar.script


def test_the_lock_holds_what_is_pinned_and_no_registry():
    lock = (PROJECT / "package-lock.json").read_text(encoding="utf-8")
    assert json.loads(lock)["packages"][f"node_modules/{PACKAGE}"]["version"] == Scalar().version
    assert '"resolved"' not in lock
