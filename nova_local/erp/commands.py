"""`nova demo …`: the demo ERP of the running Nova."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from nova_local import erp
from nova_local.embedded import Services
from nova_local.erp.builder import SEED
from nova_local.erp.scales import DEFAULT_SIZE, LAST_DAY, SCALES
from nova_local.errors import LocalError
from nova_local.home import Home
from nova_local.progress import Progress
from nova_local.running import require_running, running_services
from nova_local.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The demo ERP: a simulated company in tables of Protheus.")
progress = Progress(Console(soft_wrap=True))


@app.command()
def reset(
    size: Annotated[str, typer.Option(help=", ".join(SCALES))] = DEFAULT_SIZE,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another company.")] = SEED,
    last_day: Annotated[str, typer.Option(help="YYYY-MM-DD.")] = LAST_DAY.isoformat(),
    branches: Annotated[int, typer.Option(min=1, help="Whose books it is in: the days are the same.")] = 1,
) -> None:
    """Build it from its first day to --last-day; what was there before is gone."""
    services, until = current_services(), day(last_day)
    with progress.step(f"demo ERP, {size}, seed {seed}"):
        url, password = services.superuser_url, services.credentials.erp
        summary = erp.build(url, password, size, seed, until, branches=branches, anew=True, note=progress.detail)
    show(summary, services)


@app.command()
def advance(days: Annotated[int, typer.Option(min=1, help="How many days happen.")] = 1) -> None:
    """Let days happen: new rows, late ones, corrections and deletions of those before."""
    services = current_services()
    with progress.step(f"{days} more days of the demo ERP"):
        summary = erp.advance(services.superuser_url, days)
    show(summary, services)


@app.command()
def status() -> None:
    """Say what it holds."""
    services = current_services()
    show(erp.summarize(services.superuser_url), services)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise LocalError(f"{text!r} is not a day: write it as 2025-10-31") from None


def current_services() -> Services:
    home = Home.create(Settings.from_environment().home)
    return running_services(home, require_running(home))


def show(summary: erp.Summary, services: Services) -> None:
    kept_by = f", {summary.branches} branches" if summary.branches > 1 else ""
    progress.say(f"{summary.size}, seed {summary.seed}{kept_by}, {summary.first_day} to {summary.last_day}")
    for table, rows in summary.rows.items():
        progress.detail(f"{table} {rows:>12,}")
    progress.say(f"read it as {erp.READER}: port {services.postgres_port}, database {erp.DATABASE}")
