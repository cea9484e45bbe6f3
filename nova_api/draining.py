"""The server's process: it warns its workers before it ends them, so that streams end and balancers look elsewhere."""

from __future__ import annotations

import os
import signal
import sys
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
        self._warned = False

    def startup(self, *arguments: Any, **options: Any) -> None:
        """Start the workers deaf to the warning, which kills who has no handler yet, until they know what it means."""
        signal.signal(WARNING, signal.SIG_IGN)
        super().startup(*arguments, **options)

    def signal_handler_interrupt(self, *_: Any) -> None:
        """Warn the workers, and end them later; asked again, end them now."""
        if os.getpid() != self.pid:
            # A forked worker has this handler until its event loop runs: it has nothing to finish.
            sys.exit(0)
        if self._warned:
            super().signal_handler_interrupt()
            return
        self._warned = True
        for worker in self.wrks:
            with suppress(ProcessLookupError):
                os.kill(worker.inner.pid, WARNING)
        timer = threading.Timer(self._drain, super().signal_handler_interrupt)
        timer.daemon = True
        timer.start()
