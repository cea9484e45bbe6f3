"""Tokens: JSON Web Tokens of this API, signed with HS256 by a key of its ring (RFC 7519, RFC 9068)."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

import jwt
import msgspec

from nova_api.auth.keys import KeyRing
from nova_api.auth.permissions import Role

ALGORITHM = "HS256"
ISSUER = "nova"
AUDIENCE = "nova-api"
REQUIRED = ("exp", "iat", "sub", "jti", "aud", "iss")
MOST_CHARACTERS = 8192
"""A longer text is no token of anybody's; it is not even looked at."""

LEEWAY = 10
"""Seconds that the clocks of two machines may differ."""

VERIFIED = 4096
"""Tokens whose signature is remembered as good, for each process."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class BadTokenError(ValueError):
    """The token is not to be believed; the message says why, without the token."""


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a token says.

    Attributes:
        sub: the account's key.
        name: its name for people.
        role: what it is.
        epoch: the account's epoch when the token was made; tokens of an earlier epoch are void.
        jti: the token's own id.
        sid: the session it belongs to, where there are refresh tokens; it can be revoked as a whole.
        iat: Unix time at which it was made.
        exp: Unix time at which it ends.
        aud: who is to accept it.
        iss: who made it.
    """

    sub: Name
    name: Name
    role: Role
    epoch: int
    jti: Name
    sid: str | None = None
    iat: int
    exp: int
    aud: str
    iss: str

    @property
    def expires_at(self) -> datetime:
        """When it ends."""
        return datetime.fromtimestamp(self.exp, UTC)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """An account as a token describes it."""

    user_id: str
    name: str
    role: Role
    epoch: int


class Tokens:
    """Makes tokens and reads them."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        # What raises is not remembered: texts that are no tokens push nothing out.
        self._decode = lru_cache(VERIFIED)(self._verified)

    def issue(self, subject: Subject, seconds: int, session: str | None = None) -> tuple[str, Claims]:
        """Make a token that is good for so many seconds from now."""
        now = int(time.time())
        claims = Claims(
            sub=subject.user_id,
            name=subject.name,
            role=subject.role,
            epoch=subject.epoch,
            jti=uuid.uuid4().hex,
            sid=session,
            iat=now,
            exp=now + seconds,
            aud=AUDIENCE,
            iss=ISSUER,
        )
        key_id = self._ring.signing
        secret = self._ring.secrets[key_id]
        return jwt.encode(msgspec.to_builtins(claims), secret, ALGORITHM, headers={"kid": key_id}), claims

    def read(self, token: str) -> Claims:
        """The claims of a token that one of the ring's keys signed and that has not ended.

        Raises:
            BadTokenError: when it is no such token.
        """
        if len(token) > MOST_CHARACTERS:
            raise BadTokenError("the token is too long")
        claims = self._decode(token)
        if claims.exp + LEEWAY <= time.time():
            raise BadTokenError("the token has ended")
        return claims

    def _verified(self, token: str) -> Claims:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            secret = self._ring.secrets.get(key_id) if isinstance(key_id, str) else None
            if secret is None:
                raise BadTokenError("the token names no key of this API")
            payload = jwt.decode(
                token,
                secret,
                # Never the token's own word: `none`, or another family of keys, is an attack.
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=LEEWAY,
                options={"require": list(REQUIRED), "strict_aud": True},
            )
            return msgspec.convert(payload, Claims)
        except jwt.ExpiredSignatureError as error:
            raise BadTokenError("the token has ended") from error
        except (jwt.PyJWTError, msgspec.ValidationError, ValueError) as error:
            if isinstance(error, BadTokenError):
                raise
            raise BadTokenError("the token was not made by this API, or for another one") from error
