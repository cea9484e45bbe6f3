"""Passwords: argon2id, computed beside the event loop, with the same work whether or not there is an account."""

from __future__ import annotations

import asyncio
import secrets
import string

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 200
AT_A_TIME = 2
"""Hashes that one process computes at once: each takes 64 MiB and a core."""


def generated() -> str:
    """A random password of 24 letters and digits, about 143 bits."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(24))


def weakness(password: str, *names: str) -> str | None:
    """Why a password may not be used; None when it may. What it is made of is the user's business (NIST SP 800-63B)."""
    if len(password) < LEAST_CHARACTERS:
        return f"a password has at least {LEAST_CHARACTERS} characters"
    if len(password) > MOST_CHARACTERS:
        return f"a password has at most {MOST_CHARACTERS} characters"
    if len(set(password)) < 5 or password.casefold() in {name.casefold() for name in names}:
        return "this password is too easily guessed"
    return None


class Passwords:
    """Hashes and checks; the parameters are those of the library (RFC 9106, second choice), and grow with it."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = asyncio.Semaphore(AT_A_TIME)
        self._nobodys: str | None = None

    async def hashed(self, password: str) -> str:
        """The hash to keep."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verified(self, password: str, kept: str | None) -> bool:
        """Whether the password is the one of a kept hash; an account without one costs the same and fails."""
        if self._nobodys is None:
            self._nobodys = await self.hashed(generated())
        async with self._slots:
            right = await asyncio.to_thread(self._matches, password, kept or self._nobodys)
        return right and kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether a kept hash was made with other parameters than those of now."""
        return self._hasher.check_needs_rehash(kept)

    def _matches(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
