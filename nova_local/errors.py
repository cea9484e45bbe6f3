"""The one exception of this package."""

from __future__ import annotations


class LocalError(Exception):
    """Something the person at the keyboard can act on. The message says what happened and what to do."""
