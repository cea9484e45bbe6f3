"""Tokens: only what this API signed, for itself, and not for longer than it said."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest

from nova_api.auth.keys import KeyRing
from nova_api.auth.permissions import Role
from nova_api.auth.tokens import MOST_CHARACTERS, BadTokenError, Subject, Tokens

OLD, NEW = "an-old-secret-of-at-least-thirty-two-bytes", "a-new-secret-of-at-least-thirty-two-bytes"
RING = KeyRing.parse(f"new:{NEW},old:{OLD}")
SOMEBODY = Subject(user_id="u-1", name="Ana", role=Role.ANALYST, epoch=3)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {
        "sub": "u-1",
        "name": "Ana",
        "role": "ANALYST",
        "epoch": 3,
        "jti": "t-1",
        "iat": now,
        "exp": now + 600,
        "aud": "nova-api",
        "iss": "nova",
    }
    return whole | changed


def signed(secret: str = NEW, key_id: str | None = "new", algorithm: str = "HS256", **changed: Any) -> str:
    return jwt.encode(claims(**changed), secret, algorithm, headers={"kid": key_id} if key_id else None)


def without(name: str) -> str:
    rest = {key: value for key, value in claims().items() if key != name}
    return jwt.encode(rest, NEW, "HS256", headers={"kid": "new"})


def unsigned(header: dict[str, object]) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims()))
    return ".".join(parts) + "."


def test_a_token_says_what_it_was_made_to_say_and_is_read_again():
    token, made = Tokens(RING).issue(SOMEBODY, 600, "s-1")
    read = Tokens(RING).read(token)
    assert read == made
    assert (read.sub, read.name, read.role, read.epoch, read.sid) == ("u-1", "Ana", Role.ANALYST, 3, "s-1")
    assert read.exp - read.iat == 600
    assert jwt.get_unverified_header(token)["kid"] == "new"
    assert Tokens(RING).issue(SOMEBODY, 600)[1].jti != made.jti


def test_a_key_that_does_not_sign_any_more_is_still_good_until_it_is_taken_away():
    token, _ = Tokens(KeyRing.parse(f"old:{OLD}")).issue(SOMEBODY, 600)
    assert Tokens(RING).read(token).sub == "u-1"
    with pytest.raises(BadTokenError):
        Tokens(KeyRing.parse(f"new:{NEW}")).read(token)


NEEDED = ("exp", "iat", "sub", "jti", "aud", "iss", "role", "epoch")
ATTACKS = {
    "no algorithm": unsigned({"alg": "none", "typ": "JWT", "kid": "new"}),
    "no algorithm, in capitals": unsigned({"alg": "NONE", "kid": "new"}),
    "another algorithm of the same key": signed(algorithm="HS384"),
    "another secret": signed(secret="x" * 40),
    "the secret of another key": signed(secret=OLD),
    "an unknown key": signed(key_id="other"),
    "no key": signed(key_id=None),
    "a key that is no text": unsigned({"alg": "HS256", "kid": {"a": 1}}),
    "another audience": signed(aud="another-api"),
    "a list of audiences that holds ours": signed(aud=["nova-api", "another-api"]),
    "another issuer": signed(iss="somebody"),
    "ended": signed(iat=int(time.time()) - 900, exp=int(time.time()) - 60),
    "from the future": signed(iat=int(time.time()) + 600),
    "not to be used yet": signed(nbf=int(time.time()) + 600),
    **{f"without {name}": without(name) for name in ("exp", "iat", "sub", "jti", "aud", "iss", "role", "epoch")},
    "an unknown role": signed(role="ROOT"),
    "an empty subject": signed(sub=""),
    "an end that is no number": signed(exp="tomorrow"),
    "changed in the middle": (lambda whole: whole[:60] + ("A" if whole[60] != "A" else "B") + whole[61:])(signed()),
    "cut": signed().rpartition(".")[0],
    "garbage": "a.b.c",
    "nothing between dots": "..",
    "bytes that are no text": "\xff\xfe.\x00.é",
    "longer than any token": signed() + "A" * MOST_CHARACTERS,
}


@pytest.mark.parametrize("token", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_no_token(token):
    with pytest.raises(BadTokenError) as refused:
        Tokens(RING).read(token)
    assert token not in str(refused.value)


def test_a_token_ends_also_when_its_signature_is_remembered(monkeypatch):
    tokens = Tokens(RING)
    token, _ = tokens.issue(SOMEBODY, 600)
    tokens.read(token)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 700)
    with pytest.raises(BadTokenError, match="ended"):
        tokens.read(token)
