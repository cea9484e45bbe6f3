"""The `nova` command. Each command is a line or two: what it does lies in the module it calls."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from nova_local import access, demo_workbook, detach, doctor, materialization, project, running, startup, status
from nova_local.clean import clean as clean_home
from nova_local.demo.world import SIZES
from nova_local.erp import commands as demo_erp
from nova_local.errors import LocalError
from nova_local.files import is_locked
from nova_local.home import Home
from nova_local.materialization import Wish
from nova_local.progress import Progress
from nova_local.settings import Settings
from nova_local.sources import provide, tell_of_a_change

console = Console(soft_wrap=True)
progress = Progress(console)
app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Nova on this machine."
)
app.add_typer(demo_erp.app, name="demo")

Workbook = Annotated[
    Path | None, typer.Option(help="Purchasing workbook to load. Default: ERP_WORKBOOK; else no workbook is asked for.")
]
Size = Annotated[
    str | None, typer.Option(help=f"Use the demo, of the ERP or the workbook, in size {', '.join(SIZES)}.")
]
Source = Annotated[
    str | None,
    typer.Option(
        help="erp: ERP_URL, else the demo ERP; or workbook: the one given, else that of last time, else a demo. "
        "Default: a workbook if one is given, else the source of last time, else erp."
    ),
]
Procfile = Annotated[Path, typer.Option(help="What to run beside PostgreSQL and Valkey.", hidden=True)]


@app.command()
def up(
    workbook: Workbook = None,
    size: Size = None,
    source: Source = None,
    detach_: Annotated[
        bool, typer.Option("--detach", help="Return once everything is up, and leave it running.")
    ] = False,
    procfile: Procfile = project.ROOT / "Procfile",
) -> None:
    """Start everything, load the ERP or a workbook if that was not done yet, and look after it."""
    settings = Settings.from_environment()
    wish = Wish(workbook or settings.workbook, size, source)
    home = Home.create(settings.home)
    if is_locked(home.lock):
        progress.say("Nova is running already")
        load(home, wish, again=False, accept_other_data=True)
        status.show(status.read_status(home), console)
    elif detach_:
        arguments = ["--procfile", str(procfile)]
        arguments += ["--workbook", str(workbook)] if workbook else []
        arguments += ["--size", size] if size else []
        arguments += ["--source", source] if source else []
        detach.start_detached(home, arguments, progress)
    else:
        startup.run(home, startup.Request(procfile, wish, settings.lake), progress)


@app.command()
def down() -> None:
    """Stop everything; nothing is lost."""
    progress.say(detach.stop_running(current_home()))


@app.command("status")
def status_(as_json: Annotated[bool, typer.Option("--json", help="For programs; holds a password.")] = False) -> None:
    """Show the parts, their addresses, and what is in the served tables."""
    found = status.read_status(current_home())
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=2))
    else:
        status.show(found, console)


@app.command()
def token(
    user: Annotated[str, typer.Option(help="Whom it speaks for.")] = access.ADMIN,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good.")] = 1,
) -> None:
    """Print a token of the running API, e.g. for curl: -H "Authorization: Bearer $(nova token)"."""
    typer.echo(access.issue_token(running.running_environment(current_home(), None), user, days))


@app.command()
def password() -> None:
    """Print the password that the account `admin` was made with; good until somebody changes it."""
    home = current_home()
    typer.echo(running.running_services(home, running.require_running(home)).credentials.admin)


@app.command()
def materialize(
    workbook: Workbook = None,
    size: Size = None,
    source: Source = None,
    accept_drift: Annotated[
        bool, typer.Option("--accept-drift", help="Also when far fewer rows come than are there.")
    ] = False,
) -> None:
    """Load the ERP or a workbook into the running Nova, also when it was loaded before."""
    wish = Wish(workbook or Settings.from_environment().workbook, size, source)
    load(current_home(), wish, again=True, accept_drift=accept_drift)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def backfill(context: typer.Context) -> None:
    """Make days anew: --from DAY --to DAY [--downstream]; or single assets: --asset. More with --help."""
    run_pipeline("backfill", context.args)


@app.command()
def failed() -> None:
    """List the ranges that are left failed, each with the command that makes it anew; exit code 1 when there is one."""
    run_pipeline("failures", [])


@app.command("doctor")
def doctor_(workbook: Workbook = None) -> None:
    """Say what this machine lacks and how to get it; exit code 1 when Nova cannot run."""
    marks = {doctor.OK: "[green]✓[/]", doctor.WARNING: "[yellow]![/]", doctor.BAD: "[red]✗[/]"}
    findings = list(doctor.examine(current_home(), workbook or Settings.from_environment().workbook))
    for finding in findings:
        progress.line(f"{marks[finding.level]} {escape(f'{finding.subject}: {finding.found}')}")
        if finding.remedy:
            progress.detail(finding.remedy)
    raise typer.Exit(any(finding.level == doctor.BAD for finding in findings))


@app.command()
def logs(
    part: Annotated[str, typer.Argument(help="A part as in `nova status`, or nova, materialize, page-build.")],
    lines: Annotated[int, typer.Option("--lines", "-n")] = 200,
    follow: Annotated[bool, typer.Option("--follow", "-f")] = False,
) -> None:
    """Print the end of a part's log."""
    home = current_home()
    if not home.log(part).exists():
        known = ", ".join(sorted(log.stem for log in home.logs.glob("*.log"))) or "none yet"
        raise LocalError(f"there is no log of {part!r}; there are: {known}")
    os.execvp("tail", ["tail", "-n", str(lines), *(["-F"] if follow else []), str(home.log(part))])


@app.command()
def clean(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Stop everything and delete databases, secrets, logs, lake and demo workbooks of this home."""
    home = current_home()
    if not yes:
        typer.confirm(f"Delete all that Nova keeps in {home.root}?", abort=True)
    detach.stop_running(home)
    clean_home(home)


@app.command("demo-workbook")
def demo_workbook_(
    path: Path,
    size: Annotated[str, typer.Option(help=", ".join(SIZES))] = "small",
    seed: int = demo_workbook.SEED,
) -> None:
    """Write a demo purchasing workbook and tell what is in it."""
    truth = demo_workbook.write_demo_workbook(path, size, seed)
    typer.echo(json.dumps(asdict(truth), indent=2, default=str, ensure_ascii=False))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open the warehouse in psql; further arguments go to psql."""
    program, environment = running.psql(current_home())
    os.execve(program, ["psql", *context.args], environment)


def load(home: Home, wish: Wish, *, again: bool, accept_drift: bool = False, accept_other_data: bool = False) -> None:
    """Materialize everything while Nova runs; what fails leaves what is served as it is.

    `again`: also when this input was loaded last. `accept_drift`: far fewer rows than there are now are right;
    `accept_other_data`: they are when it is other data than those of last time.
    """
    recorded = running.require_running(home)
    source, before = materialization.choose(home, wish), materialization.loaded_kind(home)
    tell_of_a_change(home, source, progress)
    source = provide(source, running.running_services(home, recorded), wish.size, progress)
    if again or not materialization.is_done(home, source):
        environment = running.running_environment(home, Settings.from_environment().lake, source.kind)
        with progress.step(f"materialization of {source}"):
            other = materialization.is_other_data(home, source)
            accepted = accept_drift or (accept_other_data and other)
            materialization.materialize(
                home, source, environment, progress.detail, accept_drift=accepted, other_data=other
            )
        if source.kind != before:
            progress.warn("runs started in Dagster read the former source until `nova down` and `nova up`")


def run_pipeline(command: str, arguments: Sequence[str]) -> None:
    """Become a command of the pipeline, in the environment of the running Nova."""
    asks_help = {"--help", "-h"} & set(arguments)
    lake = Settings.from_environment().lake
    environment = os.environ if asks_help else running.running_environment(current_home(), lake)
    os.chdir(project.ROOT)
    os.execve(sys.executable, [sys.executable, "-m", f"nova_assets.{command}", *arguments], environment)


def current_home() -> Home:
    return Home.create(Settings.from_environment().home)


def main() -> None:
    """Run the command; what a person can act on is printed without a traceback, with exit code 1."""
    # Without bytecode every Dagster process compiles its whole world again: no child may inherit this.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        app()
    except LocalError as error:
        Progress(Console(stderr=True, soft_wrap=True)).line(f"[red]error:[/] {escape(str(error))}")
        sys.exit(1)
