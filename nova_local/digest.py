"""Fingerprints of files, to know whether work was done for just this input."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def of_files(files: Iterable[Path], base: Path) -> str:
    """SHA-256 over names (relative to `base`) and contents, the order of `files` being of no matter."""
    total = hashlib.sha256()
    for file in sorted(files):
        with file.open("rb") as content:
            total.update(f"{file.relative_to(base)}:{hashlib.file_digest(content, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def of_text(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
