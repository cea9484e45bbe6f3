"""Where the clone lies: the folder with Procfile, frontend/ and the environments."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
