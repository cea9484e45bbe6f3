"""What `nova` tells while it works: a line per step with its time, and what went wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape


@dataclass(frozen=True)
class Progress:
    """Writes to `console`; nothing in a message is read as markup."""

    console: Console

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print `title` with its seconds when the block is done, or with a cross when it fails."""
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self.line(f"[red]✗[/] {escape(title)} [dim]{time.monotonic() - began:.1f} s[/]")
            raise
        self.line(f"[green]✓[/] {escape(title)} [dim]{time.monotonic() - began:.1f} s[/]")

    def say(self, message: str) -> None:
        self.line(escape(message))

    def detail(self, message: str) -> None:
        """A line of a child's output."""
        self.line(f"[dim]  {escape(message)}[/]")

    def warn(self, message: str) -> None:
        self.line(f"[yellow]![/] {escape(message)}")

    def line(self, markup: str) -> None:
        self.console.print(markup, highlight=False, soft_wrap=True)
