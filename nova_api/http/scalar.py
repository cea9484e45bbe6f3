"""Scalar's script for browsers, out of the npm project in `reference/` that `make install` fills."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PROJECT = Path(__file__).parent / "reference"
PACKAGE = "@scalar/fastify-api-reference"
VARIABLE = "var standalone_default = "


@dataclass(frozen=True)
class Scalar:
    """The script of the package that an npm project pins.

    Attributes:
        project: folder with `package.json` and, once installed, `node_modules`.
    """

    project: Path = PROJECT

    @cached_property
    def version(self) -> str:
        """The pinned version."""
        manifest = json.loads((self.project / "package.json").read_text(encoding="utf-8"))
        return manifest["dependencies"][PACKAGE]

    @property
    def installed(self) -> bool:
        """Whether the package is there."""
        return self._module.is_file()

    @cached_property
    def script(self) -> bytes:
        """The script, 4.9 MB; read once.

        Raises:
            FileNotFoundError: the package is not installed.
            ValueError: the package keeps its script in another way than the pinned version does.
        """
        # The package has no file of the script alone: its module for servers holds it as one string, in whose notation
        # JavaScript and JSON agree.
        module = self._module.read_text(encoding="utf-8")
        start = module.index(VARIABLE) + len(VARIABLE)
        script, _ = json.JSONDecoder(strict=False).raw_decode(module, start)
        return script.encode()

    @cached_property
    def compressed(self) -> bytes:
        """The script in gzip, 1.4 MB; raises as `script` does."""
        return gzip.compress(self.script, compresslevel=6, mtime=0)

    @property
    def _module(self) -> Path:
        return self.project / "node_modules" / PACKAGE / "dist/index.js"
