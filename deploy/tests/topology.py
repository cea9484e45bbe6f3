"""The production topology, as docker-compose.yml and the Dockerfiles say, out of processes of this machine."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.tests import composition, image, network, servers
from deploy.tests.composition import Service
from deploy.tests.container import Container, Place, base_environment, interpreter
from deploy.tests.servers import Server

SECONDS_TO_BE_WELL = 180.0
FIRST_FREE = 130
MOST_FALLS = 5


class UnwellError(RuntimeError):
    """A service did not become what others wait for; the message has the end of its log."""


@dataclass
class Topology:
    """All services, in `folder`, with `secrets` as `deploy/make_secrets.py` made them."""

    folder: Path
    secrets: Path
    values: Mapping[str, str]
    services: dict[str, Service] = field(init=False)
    containers: dict[str, Container] = field(default_factory=dict, init=False)
    addresses: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.services = composition.read(self.values, self.secrets)
        free = (f"172.31.250.{number}" for number in range(FIRST_FREE, 250))
        self.addresses = {name: service.address or next(free) for name, service in self.services.items()}
        self.hosts_file = self.folder / "hosts"
        lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in self.addresses.items())]
        self.hosts_file.write_text("\n".join(lines) + "\n")
        (self.folder / "logs").mkdir()
        (self.folder / "volumes").mkdir()

    @property
    def numbers(self) -> dict[str, int]:
        """Each service's cable."""
        return {name: number for number, name in enumerate(self.services)}

    def up(self) -> None:
        """Start all services but those of profiles, each when what it waits for is well; there is a bridge."""
        for name, service in self.services.items():
            network.add_host(name, self.numbers[name], self.addresses[name])
            self.containers[name] = self._container(service)
        for name in (order := self._in_order()):
            for other, condition in self.services[name].after.items():
                self._wait_for(other, condition)
            self.containers[name].start()
        for name in order:
            if self.containers[name].lasting:
                self.wait_until_well(name)

    def _wait_for(self, name: str, condition: str) -> None:
        if condition == "service_healthy":
            self.wait_until_well(name)
        elif self.containers[name].wait(SECONDS_TO_BE_WELL) != 0:
            raise UnwellError(f"{name} failed:\n{self.log(name)}")

    def wait_until_well(self, name: str, seconds: float = SECONDS_TO_BE_WELL) -> float:
        """Seconds until the service's health check says so.

        Raises:
            UnwellError: it never does.
        """
        began, container = time.monotonic(), self.containers[name]
        falls, answer = container.falls, ""
        while time.monotonic() - began < seconds and container.falls < falls + MOST_FALLS:
            with suppress(subprocess.TimeoutExpired):
                said = container.run(self.services[name].health, seconds=60)
                if said.returncode == 0:
                    return time.monotonic() - began
                answer = f"{said.stdout}{said.stderr}"
            time.sleep(0.3)
        seconds = time.monotonic() - began
        raise UnwellError(f"{name} is not well after {seconds:.0f} s: {answer}\n{self.log(name)}")

    def down(self) -> dict[str, int]:
        """End all, the last first; the status of each."""
        started = [container for name in reversed(self._in_order()) if (container := self.containers.get(name))]
        return {container.name: container.stop() for container in started if container.wanted and container.lasting}

    def log(self, name: str, lines: int = 40) -> str:
        """The end of what a service printed."""
        return "\n".join(self.containers[name].log.read_text(errors="replace").splitlines()[-lines:])

    def _in_order(self) -> list[str]:
        done: dict[str, None] = {}

        def add(name: str) -> None:
            for other in self.services[name].after:
                add(other)
            done.setdefault(name)

        for name, service in self.services.items():
            if not service.profiles:
                add(name)
        return list(done)

    def _container(self, service: Service) -> Container:
        place, entrypoint = self._image_of(service) if service.dockerfile else self._server_of(service)
        log = self.folder / "logs" / f"{service.name}.log"
        return Container(
            service.name, place, [*entrypoint, *service.command], log, service.lasting, service.stop_signal
        )

    def _image_of(self, service: Service) -> tuple[Place, list[str]]:
        assert service.dockerfile is not None
        made = image.read(service.dockerfile)
        read_only = {
            **interpreter(),
            **made.files,
            **{inside: image.environment_of(lock) for inside, lock in made.locks.items()},
            **service.files,
        }
        environment = {**base_environment(), **made.environment, **service.environment}
        writable = {inside: self._volume(name, made.user) for inside, name in service.volumes.items()}
        place = Place(
            service.name, self.hosts_file, read_only, writable, service.tmpfs, environment, made.workdir, made.user
        )
        return place, list(made.entrypoint)

    def _server_of(self, service: Service) -> tuple[Place, list[str]]:
        server = self._server(service)
        environment = {**base_environment(), **service.environment}
        environment["PATH"] = f"{server.path}{os.pathsep}{environment['PATH']}"
        writable = {inside: server.volumes[name] for inside, name in service.volumes.items()}
        read_only = {**server.files, **service.files}
        return Place(
            service.name, self.hosts_file, read_only, writable, service.tmpfs, environment, "/", server.user
        ), []

    def _server(self, service: Service) -> Server:
        match service.name:
            case "postgres":
                return servers.postgresql(self.folder, (self.secrets / "postgres_password").read_text())
            case "redis":
                return servers.redis()
            case _:
                return servers.nginx()

    def _volume(self, name: str, user: tuple[int, int]) -> Path:
        place = self.folder / "volumes" / name
        if not place.exists():
            place.mkdir()
            os.chown(place, *user)
        return place
