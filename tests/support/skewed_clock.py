"""The API as its command serves it, on a machine whose clock is wrong: by seconds that a test may change meanwhile."""

from __future__ import annotations

import mmap
import multiprocessing
import os
import struct
import sys
import time
from pathlib import Path

OFFSET = struct.Struct("d")
VARIABLE = "TESTS_CLOCK_OFFSET"
COMMAND = ("-m", "tests.support.skewed_clock")
"""What Python runs instead of `-m nova_api serve`."""


def set_offset(file: Path, seconds: float) -> None:
    """Let the clocks of the processes that were started with this file be wrong by so much."""
    with file.open("r+b" if file.exists() else "w+b") as shared:
        shared.write(OFFSET.pack(seconds))


def main() -> int:
    """Serve; Unix time alone is skewed, since no machine's monotonic clock jumps."""
    from nova_api.cli import serve

    multiprocessing.set_start_method("fork")  # workers have to inherit the clock
    with Path(os.environ[VARIABLE]).open("rb") as file:
        offset = mmap.mmap(file.fileno(), OFFSET.size, access=mmap.ACCESS_READ)
    right = time.time
    time.time = lambda: right() + OFFSET.unpack_from(offset)[0]
    return serve()


if __name__ == "__main__":
    sys.exit(main())
