"""Production as it is written down: from an empty server to what a planner orders today, through every fall."""

from __future__ import annotations

import time

import httpx
import psycopg
import pytest

from deploy.tests import network
from deploy.tests.callers import API, DAGSTER, PAGE, ask, sign_in, under_load
from deploy.tests.conftest import ERP_PASSWORD
from deploy.tests.topology import Topology
from nova_local import erp

LAUNCH = {"query": "mutation { reloadWorkspace { __typename } }"}
SECONDS_OF_THE_FIRST_LOAD = 900.0
SECONDS_TO_RECOVER = 60.0


@pytest.fixture(scope="module")
def token(topology: Topology) -> str:
    """Of the first administrator, whom the one-time command makes."""
    words = ["with-secrets", "python", "-m", "nova_api", "users", "first-admin", "--login", "maria", "--name", "Maria"]
    done = topology.containers["api-1"].run(words)
    assert done.returncode == 0, done.stderr
    return sign_in(topology, "maria", done.stdout.rpartition("password: ")[2].split()[0])


@pytest.fixture(scope="module")
def loaded(topology: Topology, superuser_url: str) -> Topology:
    """The topology after the first load of a demo ERP."""
    erp.build(superuser_url, ERP_PASSWORD)
    load = topology.containers["load"]
    load.start()
    assert load.wait(SECONDS_OF_THE_FIRST_LOAD) == 0, topology.log("load")
    return topology


def test_everything_comes_up_and_the_proxy_leads_to_it(topology, token):
    with ask(topology, API) as api:
        assert api.get("/api/v1/items").status_code == 401
        assert api.get("/health/ready").status_code == 404
        assert "max-age" in api.get("/api/v1/items").headers["strict-transport-security"]
    with ask(topology, PAGE) as page:
        answer = page.get("/dashboard")
        assert (answer.status_code, answer.headers["location"]) == (307, "/login")
        assert page.get("/login").status_code == 200
    plain = httpx.get(f"http://{topology.addresses['proxy']}:8080/dashboard")
    assert (plain.status_code, plain.headers["location"][:8]) == (308, "https://")


def test_dagster_opens_by_role(topology, token):
    tokens = {"ADMIN": token}
    with ask(topology, API, token) as api:
        for role in ("ANALYST", "VIEWER"):
            new = {"login": role.lower(), "name": role, "role": role, "password": f"the {role} signs in"}
            assert api.post("/api/v1/users", json=new).status_code == 201
            tokens[role] = sign_in(topology, new["login"], new["password"])
    with ask(topology, DAGSTER) as nobody:
        answer = nobody.get("/runs")
        assert (answer.status_code, answer.headers["location"].endswith("/login")) == (302, True)
    own = {"Sec-Fetch-Site": "same-origin"}
    seen = {}
    for role, held in tokens.items():
        with ask(topology, DAGSTER, held) as dagster:
            answer = dagster.post("/graphql", json=LAUNCH, headers=own)
            kind = answer.json()["data"]["reloadWorkspace"]["__typename"] if answer.status_code == 200 else None
            foreign = dagster.post("/graphql", json=LAUNCH, headers={"Sec-Fetch-Site": "cross-site"})
            seen[role] = (dagster.get("/server_info").status_code, kind, foreign.status_code)
    assert seen == {
        "ADMIN": (200, "Workspace", 403),
        "ANALYST": (200, "UnauthorizedError", 403),
        "VIEWER": (403, None, 403),
    }


def test_the_pipeline_runs_on_an_erp_and_a_planner_reads_what_to_order(loaded, token):
    with ask(loaded, API, token) as api:
        suppliers = api.get("/api/v1/recommendations/suppliers").raise_for_status().json()
        assert suppliers["data"], "nothing is to be ordered"
        datasets = api.get("/api/v1/datasets").raise_for_status().json()
    assert datasets["data"]
    with ask(loaded, PAGE, token) as page:
        assert page.get("/dashboard").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "redis",
        "warehouse",
        "forecasting",
        "dagster",
        "dagster-readonly",
        "daemon",
        "api-1",
        "api-2",
        "page",
        "proxy",
        "postgres",
    ],
)
def test_a_part_that_is_killed_comes_back_and_nothing_is_lost(loaded, superuser_url, token, name, capsys):
    before = _rows(superuser_url)
    with under_load(loaded, token) as load:
        loaded.containers[name].kill()
        began = time.monotonic()
        time.sleep(0.5)
        loaded.wait_until_well(name, SECONDS_TO_RECOVER)
        with ask(loaded, API, token) as api:
            while api.get("/api/v1/items").status_code != 200:
                assert time.monotonic() - began < SECONDS_TO_RECOVER
                time.sleep(0.1)
        seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\n{name}: well after {seconds:.1f} s; {len(load.failed)} of {load.answered} requests failed")
    assert _rows(superuser_url) == before
    if name not in ("proxy", "postgres"):
        assert load.failed == []


def test_a_server_of_the_api_that_is_cut_off_is_passed_over(loaded, token):
    number = loaded.numbers["api-1"]
    with under_load(loaded, token) as load:
        network.cut(number)
        time.sleep(4)
        network.mend(number)
        time.sleep(1)
    assert load.failed == []
    assert load.answered > 50


def test_the_api_is_replaced_server_after_server_without_a_failed_request(loaded, token):
    with under_load(loaded, token) as load:
        for name in ("api-1", "api-2"):
            assert loaded.containers[name].stop() == 0
            loaded.containers[name].start()
            loaded.wait_until_well(name)
    assert load.failed == []
    assert load.answered > 100


def test_everything_ends_when_told_to(loaded):
    ended = loaded.down()
    assert {name: status for name, status in ended.items() if status not in (0, 143)} == {}


def _rows(superuser_url: str) -> dict[str, int]:
    """Rows of each table that the pipeline fills."""
    address = superuser_url.rpartition("/")[0] + "/nova"
    for _ in range(100):
        try:
            with psycopg.connect(address) as connection:
                names = connection.execute(
                    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                    " WHERE schemaname IN ('core', 'analytics') AND tablename !~ '_\\d+$'"
                ).fetchall()
                return {
                    name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # pyright: ignore
                    for (name,) in names
                }
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("PostgreSQL does not answer")
