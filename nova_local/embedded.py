"""PostgreSQL and Valkey together, provisioned and ready to be used.

Tests use `start_services`; the `nova` command uses the same pieces one by one to show its progress.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from nova_local import erp, postgres, provision, valkey
from nova_local.credentials import Credentials, load_or_create
from nova_local.home import Home
from nova_local.ports import LOOPBACK, any_free


@dataclass(frozen=True)
class Services:
    """Addresses of the embedded servers. `redis_url` is `None` where no Redis-compatible server exists."""

    postgres_port: int
    credentials: Credentials
    redis_url: str | None

    @property
    def superuser_url(self) -> str:
        """Database `postgres` as the superuser: for creating databases and roles."""
        return postgres.url(self.postgres_port, postgres.SUPERUSER, self.credentials.superuser, postgres.SUPERUSER)

    @property
    def admin_url(self) -> str:
        """Database `nova` as the superuser: for migrations."""
        return postgres.url(self.postgres_port, postgres.SUPERUSER, self.credentials.superuser, provision.WAREHOUSE)

    @property
    def libpq_environment(self) -> Mapping[str, str]:
        """`admin_url` in the variables of PostgreSQL's own tools, so that no list of processes shows the password."""
        return {
            "PGHOST": LOOPBACK,
            "PGPORT": str(self.postgres_port),
            "PGUSER": postgres.SUPERUSER,
            "PGPASSWORD": self.credentials.superuser,
            "PGDATABASE": provision.WAREHOUSE,
        }

    def role_url(self, role: str, database: str = provision.WAREHOUSE) -> str:
        """`postgresql://` address of `database` as one of `credentials.LOGIN_ROLES`."""
        return postgres.url(self.postgres_port, role, self.credentials.roles[role], database)

    @property
    def erp_url(self) -> str:
        """SQLAlchemy's address of the demo ERP as its reader; the database is there when `erp.exists`."""
        plain = postgres.url(self.postgres_port, erp.READER, self.credentials.erp, erp.DATABASE)
        return plain.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables by which the other packages find these servers."""
        dagster = self.role_url(provision.DAGSTER_OWNER, provision.DAGSTER)
        variables = {
            "DATABASE_URL": self.role_url("nova_pipeline"),
            "NOVA_ADMIN_DATABASE_URL": self.admin_url,
            "NOVA_API_DATABASE_URL": self.role_url("nova_api_ro"),
            "NOVA_API_WRITE_DATABASE_URL": self.role_url("nova_api_rw"),
            "NOVA_API_TOKEN_KEYS": f"local:{self.credentials.token_key}",
            # SQLAlchemy 2.1 reads a bare postgresql:// as psycopg 3, which dagster-postgres does not speak
            "DAGSTER_DATABASE_URL": dagster.replace("postgresql://", "postgresql+psycopg2://", 1),
        }
        return variables | ({"REDIS_URL": self.redis_url} if self.redis_url else {})


@contextmanager
def start_services(home: Path, *, durable: bool = False) -> Iterator[Services]:
    """Throw-away servers on free ports for a test session: databases, migrations and roles are done.

    Everything lies below `home` and is deleted at the end, also data that had to be placed elsewhere because the
    server's user cannot enter `home` (pytest's folders are closed to others when it runs as root). Commits wait for the
    disk only when `durable`.

        @pytest.fixture(scope="session")
        def services(tmp_path_factory):
            with start_services(tmp_path_factory.mktemp("nova")) as services:
                yield services
    """
    place = Home.create(home)
    credentials = load_or_create(place.secrets)
    with ExitStack() as cleanup:
        cleanup.callback(postgres.remove, place)
        server = postgres.prepare(
            place, any_free(), credentials.superuser, settings={} if durable else {"fsync": "off"}
        )
        cleanup.callback(server.start().stop)
        cache = valkey.prepare(place, any_free(), credentials.cache)
        if cache is not None:
            cleanup.callback(cache.start().stop)
        services = Services(server.port, credentials, cache.url if cache else None)
        provision.provision(services.environment)
        yield services
