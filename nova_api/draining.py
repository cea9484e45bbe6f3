"""The server's process: it warns its workers before it ends them, so that streams end and balancers look elsewhere."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from typing import Any

from granian.server import MPServer

WARNING = signal.SIGUSR1
"""What a worker hears before SIGTERM; one that waits for its open streams would be killed in the end."""


class DrainingServer(MPServer):
    """Granian, ending in two steps."""

    def __init__(self, *arguments: Any, drain: float, **options: Any) -> None:
        """Wait `drain` seconds between the two."""
        super().__init__(*arguments, **options)
        self._drain = drain

    def signal_handler_interrupt(self, *_: Any) -> None:
        """Warn the workers, and end them later."""
        for worker in self.wrks:
            with suppress(ProcessLookupError):
                os.kill(worker.inner.pid, WARNING)
        timer = threading.Timer(self._drain, super().signal_handler_interrupt)
        timer.daemon = True
        timer.start()
