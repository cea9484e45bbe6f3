"""Lists the partition ranges that are left failed, each with the command that makes it anew: `nova failed`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import dagster as dg

from nova_assets.operations.failures import failed_ranges


def main() -> int:
    """Print the list; exit code 1 when there is something in it."""
    argparse.ArgumentParser(prog="python -m nova_assets.failures", description=__doc__).parse_args()
    with dg.DagsterInstance.get() as instance:
        ranges = failed_ranges(instance, datetime.now(UTC))
    for one in ranges:
        span = f" {one.first} to {one.last}" if one.first else ""
        print(f"{one.relation}{span}: run {one.run_id} of {one.failed_at:%Y-%m-%d %H:%M} UTC\n    {one.command}")
    if not ranges:
        print("No range is left failed.")
    return 1 if ranges else 0


if __name__ == "__main__":
    raise SystemExit(main())
