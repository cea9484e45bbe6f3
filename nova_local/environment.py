"""The environment of every child: where the servers are, the ports, and settings that all parts share."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from nova_local import erp
from nova_local.embedded import Services
from nova_local.home import Home
from nova_local.parts import API, FORECASTING, PAGE, WAREHOUSE, WEBSERVER, address_of
from nova_local.ports import LOOPBACK
from nova_local.processes import RUN_MARK

# A cache and a port of the caller's are not ours.
UNWANTED = ("REDIS_URL", "PORT")


def child_environment(
    home: Home, services: Services, ports: Mapping[str, int], lake: str | None, run_id: str, source: str
) -> dict[str, str]:
    """All variables of `.env.example` that `nova up` sets, on top of our own environment.

    ERP_URL is the caller's own, else the demo ERP where one was built, else absent.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    return {
        **({"ERP_URL": services.erp_url} if erp.exists(services.superuser_url) else {}),
        **inherited,
        **services.environment,
        RUN_MARK: run_id,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{inherited.get('PATH', os.defpath)}",
        "NOVA_HOME": str(home.root),
        "NOVA_LAKE": lake or str(home.lake),
        "NOVA_SOURCE": source,
        "ERP_WORKBOOK": str(home.workbook),
        # Nova must come up without network; whoever has one says NOVA_EXTERNAL=live.
        "NOVA_EXTERNAL": inherited.get("NOVA_EXTERNAL") or "simulated",
        "DAGSTER_HOME": str(home.dagster),
        "DAGSTER_EVENT_BATCH_SIZE": "100",
        "DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS": "true",
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "NEXT_TELEMETRY_DISABLED": "1",
        "NOVA_WAREHOUSE_CODE_HOST": LOOPBACK,
        "NOVA_WAREHOUSE_CODE_PORT": str(ports[WAREHOUSE]),
        "NOVA_FORECASTING_CODE_HOST": LOOPBACK,
        "NOVA_FORECASTING_CODE_PORT": str(ports[FORECASTING]),
        "NOVA_DAGSTER_PORT": str(ports[WEBSERVER]),
        "NOVA_DAGSTER_ORIGIN": address_of(WEBSERVER, ports),
        "NOVA_API_HOST": LOOPBACK,
        "NOVA_API_PORT": str(ports[API]),
        "NOVA_API_ORIGIN": address_of(API, ports),
        # The page's server stands before the API and says for whom it asks.
        "NOVA_API_TRUSTED_PROXIES": inherited.get("NOVA_API_TRUSTED_PROXIES") or LOOPBACK,
        "NOVA_PAGE_PORT": str(ports[PAGE]),
    }
