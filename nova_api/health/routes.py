"""GET /health/live and /health/ready."""

import time

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec

from nova_api.auth.permissions import OPTION, Permission
from nova_api.cache.policy import DAY
from nova_api.cache.shared import SharedTier
from nova_api.database import Database
from nova_api.errors import UnavailableError
from nova_api.events.streams import Streams
from nova_api.health.schemas import Check, Checks, Liveness, Readiness, Status
from nova_api.http.problems import documented
from nova_api.versions import VersionMap

NO_STORE = {"Cache-Control": "no-store"}


class HealthController(Controller):
    """For supervisors and load balancers."""

    path = "/health"
    tags = ("health",)

    @get(
        "/live",
        operation_id="getLiveness",
        summary="Whether the process lives",
        opt={OPTION: Permission.PUBLIC},
        responses=documented(400, 500),
    )
    async def get_liveness(self) -> Response[Liveness]:
        """Answer."""
        return Response(Liveness(), headers=NO_STORE)

    @get(
        "/ready",
        operation_id="getReadiness",
        opt={OPTION: Permission.PUBLIC},
        summary="Whether answers can be given, and what is missing for the best ones",
        description="200 for `ready` and `degraded`: without Redis answers are slower, without PostgreSQL kept ones "
        "are given marked stale. 503 for `unavailable`: there is nothing to answer with.",
        responses={
            503: ResponseSpec(Readiness, generate_examples=False, description="No answers can be given"),
            **documented(400, 500),
        },
    )
    async def get_readiness(
        self,
        database: NamedDependency[Database],
        shared: NamedDependency[SharedTier],
        versions: NamedDependency[VersionMap],
        streams: NamedDependency[Streams],
    ) -> Response[Readiness]:
        """Look at what the API leans on."""
        checks = Checks(
            database=await _check_database(database),
            cache=await _check_cache(shared),
            versions=_check_versions(versions),
        )
        # A process that is about to end still answers, but nobody new should come to it.
        status = "unavailable" if streams.closing else _overall(checks, _can_serve_stale(versions))
        return Response(
            Readiness(status=status, checks=checks),
            status_code=503 if status == "unavailable" else 200,
            headers=NO_STORE,
        )


async def _check_database(database: Database) -> Check:
    try:
        await database.ping()
    except UnavailableError as error:
        return Check(status="failed", detail=str(error))
    return Check(status="ok", detail="PostgreSQL answers")


async def _check_cache(shared: SharedTier) -> Check:
    status, detail = await shared.state()
    return Check(status=status, detail=detail)


def _check_versions(versions: VersionMap) -> Check:
    known = versions.last_known
    if known is None:
        return Check(status="failed", detail="the versions of the datasets have never been read")
    age = f"{len(known.datasets)} datasets, read {max(0.0, time.time() - known.read_at):.1f} s ago"
    return Check(status="ok" if versions.confirmed is not None else "failed", detail=age)


def _can_serve_stale(versions: VersionMap) -> bool:
    known = versions.last_known
    return known is not None and time.time() - known.read_at <= DAY


def _overall(checks: Checks, can_serve_stale: bool) -> Status:
    if checks.database.status == "failed" and not can_serve_stale:
        return "unavailable"
    statuses = {checks.database.status, checks.cache.status, checks.versions.status}
    return "degraded" if "failed" in statuses else "ready"
