"""What the last stage of a Dockerfile puts into the image, as folders of this clone that take its place."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dockerfile_parse import DockerfileParser

from deploy.tests.composition import ROOT

BUILT = ROOT / ".images"


@dataclass(frozen=True)
class Image:
    """`files`: path inside to path on this machine. `folders`: made empty. `user`: uid and gid."""

    files: Mapping[str, Path]
    folders: Sequence[str]
    environment: Mapping[str, str]
    workdir: str
    user: tuple[int, int]
    entrypoint: Sequence[str]
    locks: Mapping[str, Path]
    """Path inside of a Python environment to the lock that it is made from."""


def read(dockerfile: Path, context: Path = ROOT) -> Image:
    """The image that `dockerfile` describes; what an earlier stage made is looked up in the clone."""
    # Its types say text; it reads bytes.
    parser = DockerfileParser(fileobj=io.BytesIO(dockerfile.read_bytes()))  # pyright: ignore[reportArgumentType]
    stages: list[list[tuple[str, str]]] = []
    for step in parser.structure:
        if step["instruction"] == "FROM":
            stages.append([])
        elif step["instruction"] != "COMMENT":
            stages[-1].append((step["instruction"], step["value"]))
    files: dict[str, Path] = {}
    folders: list[str] = []
    environment: dict[str, str] = {}
    workdir, user, entrypoint = "/", (0, 0), []
    for instruction, value in stages[-1]:
        words = value.split()
        match instruction:
            case "WORKDIR":
                workdir = value
            case "USER":
                user = tuple(map(int, value.split(":")))
            case "ENV":
                environment |= dict(word.split("=", 1) for word in words)
            case "ENTRYPOINT":
                entrypoint = [word.strip('[]",') for word in words]
            case "RUN" if words[0] == "install":
                folders += [word for word in words if word.startswith("/")]
            case "COPY":
                stage = next((word for word in words if word.startswith("--from=")), None)
                sources, target = [word for word in words if not word.startswith("--")][:-1], words[-1]
                for source in sources:
                    path = _of_stage(source) if stage else context / source
                    # Of a folder its content is copied.
                    name = path.name if path.is_file() and target.endswith("/") else ""
                    files[os.path.normpath(Path(workdir, target, name))] = path
    made = {place: path for place, path in files.items() if path.name.startswith(".venv")}
    locks = {place: ROOT / "requirements" / f"{_lock_of(stages[0], path.name)}.txt" for place, path in made.items()}
    present = {place: path for place, path in files.items() if place not in made}
    return Image(present, folders, environment, workdir, (user[0], user[1]), entrypoint, locks)


def _of_stage(source: str) -> Path:
    """/opt/nova is the clone, in the stage that builds."""
    return ROOT / Path(source).relative_to("/opt/nova")


def _lock_of(stage: list[tuple[str, str]], environment: str) -> str:
    for instruction, value in stage:
        if instruction == "RUN" and f"uv venv {environment} " in value:
            return Path(value.split()[-1]).stem
    raise LookupError(f"no step makes {environment}")


def environment_of(lock: Path) -> Path:
    """Where `make_environments` puts the Python environment with exactly what the lock names."""
    return BUILT / lock.stem


def make_environments(locks: Iterable[Path]) -> None:
    """Make the environments that are absent or of another lock; needs a package registry, or uv's cache."""
    for lock in locks:
        place, stamp = environment_of(lock), BUILT / f"{lock.stem}.made"
        if stamp.exists() and stamp.read_text() == lock.read_text():
            continue
        uv = os.environ.get("UV", "uv")
        subprocess.run(
            [uv, "venv", "--quiet", "--clear", "--relocatable", "--python", sys.executable, place], check=True
        )
        sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode"]
        subprocess.run([*sync, "--python", place / "bin" / "python", lock], check=True)
        stamp.write_text(lock.read_text())
