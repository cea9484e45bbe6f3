"""Conditional and encoded responses: entity tags, 304, gzip (RFC 9110)."""

from __future__ import annotations

import re

from nova_api.errors import PreconditionFailedError, PreconditionRequiredError

GZIP_SUFFIX = "-gzip"
_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_CODING = re.compile(r"^\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([\d.]+)\s*)?$")


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an `Accept-Encoding` header permits gzip; a weight of 0 forbids it."""
    weights: dict[str, float] = {}
    for part in accept_encoding.split(","):
        if match := _CODING.match(part):
            weights[match[1].lower()] = _weight(match[2])
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weight(text: str | None) -> float:
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        return 0.0


def quoted(tag: str, compressed: bool) -> str:
    """A strong `ETag`: the two encodings of a body are different bytes and have different tags."""
    return f'"{tag}{GZIP_SUFFIX if compressed else ""}"'


def matching_tag(if_none_match: str | None, tag: str) -> str | None:
    """The `ETag` of a 304 when the client's `If-None-Match` holds the tag in either encoding, else None.

    Weak comparison, as RFC 9110 asks for here. `*` is not answered with a 304: it would need the answer first.
    """
    held = set(_TAG.findall(if_none_match or ""))
    return next((f'"{candidate}"' for candidate in (tag, tag + GZIP_SUFFIX) if candidate in held), None)


def version_asked(if_match: str | None) -> int:
    """The version of a thing that a change names by `If-Match`; its `ETag` is the number, quoted.

    Raises:
        PreconditionRequiredError: when the request names none.
        PreconditionFailedError: when what it names is no version.
    """
    if if_match is None:
        raise PreconditionRequiredError("say by If-Match which version is changed: the ETag that a GET answered")
    named = re.fullmatch(r'"(\d{1,9})"', if_match.strip())
    if named is None:
        raise PreconditionFailedError("If-Match names no version: send the ETag that a GET answered")
    return int(named[1])
