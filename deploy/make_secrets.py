"""Makes the secrets of docker-compose.yml, each a file of its own, where they are absent.

Nothing that is there is replaced: delete a file to have it made anew, and with a password all files that name it.
Python alone is needed, and openssl for a certificate to begin with.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"
ROLES = {
    "database_url": ("postgresql", "nova_pipeline", "nova"),
    "dagster_database_url": ("postgresql+psycopg2", "nova_dagster", "dagster"),
    "api_database_url": ("postgresql", "nova_api_ro", "nova"),
    "api_write_database_url": ("postgresql", "nova_api_rw", "nova"),
}
"""Secret to driver, role and database."""


class SecretsError(RuntimeError):
    """A secret cannot be made; the message says what is missing."""


def make(folder: Path, erp_url: str | None, host: str) -> list[str]:
    """Make what is absent, and return its names.

    Raises:
        SecretsError: the ERP's address is not known, or one of a pair of secrets is gone.
    """
    # Only its owner enters; in there all may read, for each service runs as a user of its own.
    folder.mkdir(mode=0o700, exist_ok=True)
    wanted = {
        **_pair(folder, "postgres_password", "admin_database_url", "postgresql://postgres:{}@postgres:5432/nova"),
        **_redis(folder),
        "token_keys": f"first:{secrets.token_urlsafe(48)}",
        "erp_url": erp_url,
    }
    for name, (driver, role, database) in ROLES.items():
        wanted[name] = f"{driver}://{role}:{secrets.token_urlsafe(24)}@postgres:5432/{database}"
    made = []
    for name, value in wanted.items():
        if (folder / name).exists():
            continue
        if value is None:
            raise SecretsError("--erp-url is missing: the SQLAlchemy URL of the ERP's database, docs/erp-sql.md")
        _write(folder / name, value)
        made.append(name)
    if not (folder / "tls_certificate").exists() or not (folder / "tls_key").exists():
        _certify(folder, host)
        made += ["tls_certificate", "tls_key"]
    return made


def _pair(folder: Path, password_name: str, url_name: str, form: str) -> dict[str, str]:
    there = [(folder / name).exists() for name in (password_name, url_name)]
    if any(there) and not all(there):
        raise SecretsError(f"of {password_name} and {url_name} only one is there: they name the same password")
    password = secrets.token_urlsafe(24)
    return {password_name: password, url_name: form.format(password)}


def _redis(folder: Path) -> dict[str, str]:
    made = _pair(folder, "redis_conf", "redis_url", "redis://:{}@redis:6379/0")
    return {**made, "redis_conf": f"requirepass {made['redis_conf']}\n"}


def _write(path: Path, value: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value)


def _certify(folder: Path, host: str) -> None:
    if shutil.which("openssl") is None:
        raise SecretsError("there is no openssl: put a certificate and its key into tls_certificate and tls_key")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "90", "-subj", f"/CN={host}"]
    command += ["-addext", f"subjectAltName=DNS:{host},DNS:localhost"]
    command += ["-keyout", str(folder / "tls_key"), "-out", str(folder / "tls_certificate")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SecretsError(f"openssl made no certificate: {done.stderr.strip()}")
    (folder / "tls_key").chmod(0o644)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--erp-url", help="SQLAlchemy URL of the ERP's database; it is kept in the file erp_url")
    parser.add_argument("--host", default="localhost", help="name that the page is reached by (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        made = make(arguments.folder, arguments.erp_url, arguments.host)
    except SecretsError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"made: {', '.join(made)}" if made else "all secrets are there: nothing was made")
    if "tls_certificate" in made:
        print(
            "The certificate is signed by itself and good for 90 days: put your own into tls_certificate and tls_key."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
