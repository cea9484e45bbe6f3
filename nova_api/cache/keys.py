"""Names of answers: the key they are kept under and the entity tag that clients hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec


def canonical_key(representation: str, operation: str, request: msgspec.Struct) -> str:
    """The key of a validated request: equal requests, however they were written, have equal keys.

    Args:
        representation: digest of the code's contract, so that two releases may share a Redis.
        operation: operationId.
        request: the request with its defaults, which are left out of the key.
    """
    return f"api:v1:{representation}:{operation}:{msgspec.json.encode(request, order='sorted').decode()}"


def entity_tag(key: str, versions: Mapping[str, int]) -> str:
    """The opaque part of the ETag: the answer to a request is determined by these alone."""
    return hashlib.sha256(key.encode() + b"\0" + msgspec.json.encode(versions, order="sorted")).hexdigest()[:32]
