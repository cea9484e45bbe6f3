"""The command: serve the API, print its contract, or check that it could serve here."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from nova_api.settings import Settings, SettingsError, load, variables
from nova_api.users.commands import add_to as add_accounts


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        return chosen.run(chosen)
    except SettingsError as error:
        print(f"nova_api: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    environment = "\n".join(f"  {v.name:28} {v.meaning} ({v.default})" for v in variables())
    parser = argparse.ArgumentParser(
        prog="python -m nova_api",
        description="Nova's API.",
        epilog=f"environment:\n{environment}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, meaning in (
        ("serve", serve, "serve until a signal comes"),
        ("openapi", print_openapi, "print the OpenAPI document"),
        ("check", check, "look at what the API needs here; exit status 1 when something is missing"),
    ):
        commands.add_parser(name, help=meaning, description=meaning).set_defaults(run=lambda _, run=run: run())
    add_accounts(commands)
    return parser


def serve() -> int:
    """Serve until SIGINT or SIGTERM, then finish what is under way."""
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels

    from nova_api.draining import DrainingServer

    settings = load(os.environ)
    DrainingServer(
        "nova_api.asgi:served_app",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop=Loops.auto,
        backlog=1024,
        log_level=LogLevels.warning,
        workers_kill_timeout=10,
        drain=settings.drain_time,
    ).serve()
    return 0


def print_openapi() -> int:
    """Print the OpenAPI document; needs no setting, for nothing is connected to."""
    from nova_api.app import build_app, document_json

    sys.stdout.write(document_json(build_app(Settings(database_url="postgresql://"))).decode())
    return 0


def check() -> int:
    """Look at PostgreSQL, the tables, the role and Redis, and say what was found."""
    from nova_api.doctor import findings

    found = asyncio.run(findings(load(os.environ)))
    for finding in found:
        print(f"{'ok  ' if finding.good else 'FAIL'}  {finding.subject}: {finding.detail}")
    return 0 if all(finding.good for finding in found) else 1
