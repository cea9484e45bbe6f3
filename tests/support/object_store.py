"""A real object store that speaks S3 (SeaweedFS), on free ports of this machine, in a folder of the test."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pyarrow import fs

from nova_local.ports import LOOPBACK, any_free
from nova_local.processes import end_group

PATIENCE = 60  # seconds
ACCESS_KEY, SECRET_KEY = "nova", "a secret of the test"


@dataclass(frozen=True)
class ObjectStore:
    """An empty bucket, and the environment in which it is reached."""

    root: str
    environment: Mapping[str, str]


@contextmanager
def object_store(folder: Path, bucket: str = "lake") -> Iterator[ObjectStore]:
    """A store with one bucket while the context lasts."""
    port = any_free()
    endpoint = f"http://{LOOPBACK}:{port}"
    with ExitStack() as cleanup:
        log = cleanup.enter_context((folder / "object_store.log").open("wb"))
        process = subprocess.Popen(
            command(folder, port),
            env={"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "HOME": str(folder)},
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        cleanup.callback(process.wait)
        # It holds nothing that anybody needs, and takes seconds to end in peace.
        cleanup.callback(end_group, process.pid, signal.SIGKILL)
        await_health(endpoint, process, folder / "object_store.log")
        store = fs.S3FileSystem(
            access_key=ACCESS_KEY, secret_key=SECRET_KEY, endpoint_override=endpoint, allow_bucket_creation=True
        )
        store.create_dir(bucket)
        yield ObjectStore(
            f"s3://{bucket}/tables",
            {
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                "NOVA_LAKE": f"s3://{bucket}/tables",
            },
        )


def command(folder: Path, port: int) -> list[str]:
    """Master, volume, filer and S3 gateway in one process, listening on loopback alone."""
    ports = {
        f"{part}.port{kind}": any_free()
        for part in ("master", "volume", "filer", "s3")
        for kind in ("", ".grpc")
        if (part, kind) != ("s3", "")
    }
    options = {
        "dir": folder,
        "ip": LOOPBACK,
        "ip.bind": LOOPBACK,
        "s3": "true",
        "s3.port": port,
        "s3.port.iceberg": 0,
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": 64,
        **ports,
    }
    weed = Path(sys.executable).with_name("weed")
    return [str(weed), "server", *(f"-{name}={value}" for name, value in options.items())]


def await_health(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            httpx.get(f"{endpoint}/healthz").raise_for_status()
            return
        except httpx.HTTPError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no object store: {log.read_text(encoding='utf-8')[-2000:]}") from None
            time.sleep(0.1)
