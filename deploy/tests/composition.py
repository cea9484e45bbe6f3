"""docker-compose.yml as Python reads it: variables filled in, one object per service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")


@dataclass(frozen=True)
class Service:
    """One service; paths of files on the host are absolute."""

    name: str
    image: str
    dockerfile: Path | None
    command: Sequence[str]
    environment: Mapping[str, str]
    user: str | None
    files: Mapping[str, Path]
    """Path inside to file on the host: secrets and configs."""
    volumes: Mapping[str, str]
    """Path inside to name of the volume."""
    tmpfs: Sequence[str]
    address: str | None
    health: Sequence[str]
    after: Mapping[str, str]
    """Service to the condition that this one waits for."""
    stop_signal: str
    lasting: bool
    profiles: Sequence[str] = field(default=())


def read(values: Mapping[str, str], secrets: Path | None = None, file: Path = FILE) -> dict[str, Service]:
    """All services. `values`: what .env would hold. `secrets`: another folder that the secrets' files lie in."""
    document = yaml.safe_load(_filled(file.read_text(encoding="utf-8"), values))
    return {service.name: service for service in _services(document, secrets)}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: values.get(found["name"]) or found["default"] or "", text)


def _services(document: Mapping[str, Any], secrets: Path | None) -> Iterator[Service]:
    for name, given in document["services"].items():
        build = given.get("build")
        networks = given.get("networks", {})
        yield Service(
            name=name,
            image=given["image"],
            dockerfile=(ROOT / build["context"] / build["dockerfile"]).resolve() if build else None,
            command=[str(word) for word in given.get("command", ())],
            environment={key: str(value) for key, value in given.get("environment", {}).items()},
            user=given.get("user"),
            files=_files(document, given, secrets),
            volumes={inside: name for name, inside in (text.split(":")[:2] for text in given.get("volumes", ()))},
            tmpfs=given.get("tmpfs", ()),
            address=(networks.get("inside") or {}).get("ipv4_address") if isinstance(networks, dict) else None,
            health=_health(given.get("healthcheck")),
            after={other: wish["condition"] for other, wish in given.get("depends_on", {}).items()},
            stop_signal=given.get("stop_signal", "SIGTERM"),
            lasting=given["restart"] == "unless-stopped",
            profiles=given.get("profiles", ()),
        )


def _files(document: Mapping[str, Any], given: Mapping[str, Any], secrets: Path | None) -> dict[str, Path]:
    found = {}
    for name in given.get("secrets", ()):
        file = ROOT / document["secrets"][name]["file"]
        found[f"/run/secrets/{name}"] = secrets / file.name if secrets else file
    for config in given.get("configs", ()):
        found[config["target"]] = ROOT / document["configs"][config["source"]]["file"]
    return found


def _health(given: Mapping[str, Any] | None) -> list[str]:
    if given is None:
        return []
    kind, *words = map(str, given["test"])
    return ["sh", "-c", *words] if kind == "CMD-SHELL" else words
