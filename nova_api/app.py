"""The composition root: everything is made and wired here, and nowhere else."""

import asyncio
import hashlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide

from nova_api import sqltexts
from nova_api.audit.calls import CallLog
from nova_api.audit.routes import AuditController
from nova_api.auth.guard import Doorkeeper, Guard
from nova_api.auth.passwords import Passwords
from nova_api.auth.permissions import require_permissions
from nova_api.auth.routes import AuthController
from nova_api.auth.sign_in import Entrance
from nova_api.auth.standing import Accounts
from nova_api.auth.tokens import Tokens
from nova_api.cache.memory import MemoryTier
from nova_api.cache.reader import Reader, Tiers
from nova_api.cache.shared import NoSharedTier, RedisTier, SharedTier
from nova_api.database import Database
from nova_api.datasets.routes import DatasetController
from nova_api.decisions.routes import AlertAcknowledgementController, ItemDecisionController
from nova_api.events.routes import EventController
from nova_api.events.streams import Streams
from nova_api.exports.routes import export_of
from nova_api.exports.session import Exports
from nova_api.forecasts.routes import ForecastController
from nova_api.health.routes import HealthController
from nova_api.http.documentation import document_refusals, openapi_config
from nova_api.http.options import allowed_methods
from nova_api.http.parameters import Parameters, documented_parameters, refuse_undocumented
from nova_api.http.problems import HANDLERS
from nova_api.http.scalar import Scalar
from nova_api.items.routes import ItemController
from nova_api.kpis.routes import KpiController
from nova_api.listings.catalogue import LISTINGS
from nova_api.listings.routes import pages_of, row_of
from nova_api.search.routes import SearchController
from nova_api.series.routes import SeriesController
from nova_api.settings import Settings, key_ring
from nova_api.sites.listing import SITES
from nova_api.suppliers.listing import SUPPLIERS
from nova_api.users.routes import UserController
from nova_api.versions import VersionMap

log = logging.getLogger(__name__)

CONTROLLERS = (
    ItemController,
    SeriesController,
    ForecastController,
    KpiController,
    SearchController,
    DatasetController,
    ItemDecisionController,
    AlertAcknowledgementController,
    AuditController,
    EventController,
    AuthController,
    UserController,
    HealthController,
)


ROWS = (
    row_of(SITES, "getSite", "One place"),
    row_of(SUPPLIERS, "getSupplier", "One supplier"),
)

INJECTED = (
    "settings",
    "database",
    "versions",
    "shared",
    "reader",
    "doorkeeper",
    "passwords",
    "entrance",
    "exports",
    "streams",
)


@dataclass(frozen=True)
class Services:
    """What handlers depend on; the names are those that they ask for."""

    settings: Settings
    database: Database
    versions: VersionMap
    shared: SharedTier
    reader: Reader
    accounts: Accounts
    passwords: Passwords
    doorkeeper: Doorkeeper
    entrance: Entrance
    calls: CallLog
    exports: Exports
    streams: Streams


def make_services(settings: Settings, representation: str) -> Services:
    """Make the services; none of them connects yet.

    Raises:
        SettingsError: when there are no keys for tokens.
    """
    tokens = Tokens(key_ring(settings))
    database = Database(settings)
    versions = VersionMap(settings)
    shared = RedisTier(settings.redis_url, settings.redis_timeout) if settings.redis_url else NoSharedTier()
    tiers = Tiers(MemoryTier(settings.memory_mib * 1024 * 1024), shared)
    reader = Reader(database, versions, tiers, representation, time.time)
    accounts, passwords = Accounts(settings), Passwords()
    doorkeeper, entrance = Doorkeeper(tokens, accounts), Entrance(settings, database, tokens, passwords)
    return Services(
        settings=settings,
        database=database,
        versions=versions,
        shared=shared,
        reader=reader,
        accounts=accounts,
        passwords=passwords,
        doorkeeper=doorkeeper,
        entrance=entrance,
        calls=CallLog(database),
        exports=Exports(settings),
        streams=Streams(versions, settings.event_streams),
    )


def document_json(app: Litestar) -> bytes:
    """The OpenAPI document, the same bytes each time."""
    document: dict[str, Any] = app.openapi_schema.to_schema()
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2) + b"\n"


def representation(document: bytes) -> str:
    """Digest of what decides how a body is made from data: the contract and the SQL."""
    return hashlib.sha256(document + sqltexts.digest().encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Contract:
    """What is read off the OpenAPI document.

    Attributes:
        representation: see `nova_api.cache.keys`.
        parameters: the documented parameters, by path and name.
    """

    representation: str
    parameters: Mapping[str, Parameters]


@cache
def _contract() -> Contract:
    # Of no settings, and once in a process: the document takes longer to make than all else at a start.
    app = build_app(Settings(database_url="postgresql://"))
    return Contract(representation(document_json(app)), documented_parameters(app))


def build_app(settings: Settings) -> Litestar:
    """Compose the application; it connects when its lifespan begins.

    Raises:
        UnguardedRouteError: when an address says nothing of who may use it.
    """
    app = Litestar(
        [*CONTROLLERS, *map(pages_of, LISTINGS), *ROWS, *map(export_of, LISTINGS)],
        lifespan=[_serving(settings)],
        dependencies={name: Provide(_service(name), sync_to_thread=False) for name in INJECTED},
        middleware=[Guard()],
        before_request=_before_handlers,
        exception_handlers=HANDLERS,
        openapi_config=openapi_config(Scalar()),
        logging_config=None,
    )
    require_permissions(app)
    document_refusals(app)
    return app


def _serving(settings: Settings) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def serving(app: Litestar) -> AsyncIterator[None]:
        contract = _contract()
        services = make_services(settings, contract.representation)
        app.state.services = services
        app.state.parameters = contract.parameters
        if settings.redis_url is None:
            log.warning("REDIS_URL is not set: answers are kept in the memory of each process alone")
        if not services.database.writes:
            log.warning(
                "NOVA_API_WRITE_DATABASE_URL is not set: nobody can sign in or decide, and calls are not audited"
            )
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, services.streams.close)
        await services.database.open()
        services.calls.start()
        await asyncio.gather(services.versions.start(), services.accounts.start())
        try:
            yield
        finally:
            asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)
            services.streams.close()
            await services.accounts.stop()
            await services.versions.stop()
            await services.shared.close()
            await services.calls.stop()
            await services.database.close()

    return serving


def _service(name: str) -> Callable[[State], Any]:
    def provide(state: State) -> Any:
        return getattr(state.services, name)

    return provide


async def _before_handlers(request: Request) -> Response[None] | None:
    if request.method == "OPTIONS":
        return allowed_methods(request)
    refuse_undocumented(request)
    return None
