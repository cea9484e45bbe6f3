"""What docker-compose.yml must hold of every service, whoever adds one."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import yaml

from deploy.tests import composition, image
from deploy.tests.composition import FILE, ROOT

DOCUMENT = yaml.safe_load(FILE.read_text())
SERVICES = sorted(DOCUMENT["services"])


def test_the_file_is_a_composition():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined(name):
    service = DOCUMENT["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]
    built = service.get("build")
    if built:
        made = image.read(composition.read({})[name].dockerfile)  # pyright: ignore[reportArgumentType]
        assert made.user[0] > 0
    else:
        assert service.get("user") or "unprivileged" in service["image"]
    assert re.search(r":(\d+\.\d+|\$\{NOVA_VERSION)", service["image"]), "an image of any version"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_lasts_tells_how_it_is(name):
    service = DOCUMENT["services"][name]
    assert ("healthcheck" in service) == (service["restart"] == "unless-stopped")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_given_the_secrets_that_it_reads_and_no_others(name):
    service = DOCUMENT["services"][name]
    text = str({key: service.get(key) for key in ("environment", "command")})
    if name == "proxy":
        text = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text()
    assert set(re.findall(r"/run/secrets/(\w+)", text)) == set(service.get("secrets", ()))


def test_no_password_has_a_default():
    text = FILE.read_text()
    assert not re.search(r"(?i)password[^\n]*:-", text)
    assert not re.search(r"://[^\s/]+:[^\s/]+@", text)
    assert all(secret["file"].startswith("deploy/secrets/") for secret in DOCUMENT["secrets"].values())


def test_only_the_proxy_is_reached_from_elsewhere():
    assert [name for name in SERVICES if DOCUMENT["services"][name].get("ports")] == ["proxy"]
    assert DOCUMENT["networks"]["inside"]["internal"] is True


def test_models_do_not_ship_with_what_serves():
    for name in ("api-1", "dagster", "daemon", "warehouse"):
        locks = image.read(composition.read({})[name].dockerfile).locks.values()  # pyright: ignore[reportArgumentType]
        text = "".join(lock.read_text() for lock in locks)
        assert not re.search(r"^(statsforecast|lightgbm|prophet|pandas)==", text, re.MULTILINE)
    api = (ROOT / "requirements" / "api.txt").read_text()
    assert not re.search(r"^(dagster|pyarrow|numpy)==", api, re.MULTILINE)
