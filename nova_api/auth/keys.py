"""The keys that tokens are signed with: several at once, so that one can follow another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

LEAST_SECRET_BYTES = 32
"""RFC 7518, 3.2: a key of HS256 has at least as many bits as the hash."""

_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class BadKeysError(ValueError):
    """The keys cannot be used; the message says why and shows no secret."""


@dataclass(frozen=True)
class KeyRing:
    """Keys by their ids.

    Attributes:
        signing: id of the key that signs new tokens.
        secrets: secret of each key; tokens of all of them are good.
    """

    signing: str
    secrets: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> KeyRing:
        """Read `id:secret` pairs parted by commas or white space; the first one signs.

        Raises:
            BadKeysError: when there is none, one has no id, an id comes twice, or a secret is too short.
        """
        secrets: dict[str, bytes] = {}
        for number, pair in enumerate(filter(None, re.split(r"[,\s]+", text)), start=1):
            key_id, colon, secret = pair.partition(":")
            if not colon or not _KEY_ID.fullmatch(key_id):
                raise BadKeysError(f"key {number} is not written as id:secret, with an id of letters, digits, '.-_'")
            if key_id in secrets:
                raise BadKeysError(f"the id {key_id} is there twice")
            if len(secret.encode()) < LEAST_SECRET_BYTES:
                raise BadKeysError(f"the secret of {key_id} has less than {LEAST_SECRET_BYTES} bytes")
            secrets[key_id] = secret.encode()
        if not secrets:
            raise BadKeysError("there is no key")
        return cls(next(iter(secrets)), MappingProxyType(secrets))
