"""Commands of the pipeline, run by Dagster as processes of their own.

A load is several runs, in both code locations, one after the other; Dagster has no run of runs across locations. So a
job's one op starts the same command that a person would type: its stages are runs of their own in Dagster.
"""

import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg

from nova_assets.drift import ACCEPT_TAG
from nova_assets.settings import PROJECT_ROOT

LAST_LINES = 40
# Exit code of a load that refuses its source: trying again would not help.
REFUSED = 3


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and the last lines it printed."""

    code: int
    said: str


def run_module(context: dg.OpExecutionContext, module: str, arguments: Sequence[str]) -> Ended:
    """Run `python -m module arguments…` to its end; what it prints goes to the log of the run. It ends with the op.

    Drift of row counts that the run accepts by its tag is accepted by the runs of the command too.
    """
    accepted = context.run.tags.get(ACCEPT_TAG)
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", module, *arguments, *(["--accept-drift", accepted] if accepted else [])],
        cwd=PROJECT_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: deque[str] = deque(maxlen=LAST_LINES)
    try:
        assert process.stdout is not None
        with process.stdout as output:
            for line in output:
                lines.append(line)
                context.log.info(line.rstrip())
        return Ended(process.wait(), "".join(lines).strip())
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
