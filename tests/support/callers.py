"""Who asks in the tests of the API: one account of each role, and tokens that speak for it."""

from __future__ import annotations

import psycopg

from nova_api.auth.keys import KeyRing
from nova_api.auth.permissions import Role
from nova_api.auth.tokens import Subject, Tokens

KEYS = "tests:a-key-of-the-tests-that-is-long-enough-to-sign"
WEEK = 7 * 24 * 3600

USER_IDS = {role: f"00000000-0000-4000-8000-00000000000{number}" for number, role in enumerate(Role, start=1)}
"""The account of each role."""

INSERT = """
INSERT INTO support.users (user_id, login, name, role, created_by, changed_by)
VALUES (%s, %s, %s, %s, 'tests', 'tests')
ON CONFLICT (user_id) DO NOTHING
"""


def make_accounts(connection: psycopg.Connection) -> None:
    """Make the account of each role."""
    rows = [(user_id, f"tests-{role.lower()}", role.title(), role.value) for role, user_id in USER_IDS.items()]
    connection.cursor().executemany(INSERT, rows)


def bearer(role: Role | None, epoch: int = 1) -> dict[str, str]:
    """The header with which an account of this role asks; none for nobody."""
    if role is None:
        return {}
    subject = Subject(user_id=USER_IDS[role], name=role.title(), role=role, epoch=epoch)
    token, _ = Tokens(KeyRing.parse(KEYS)).issue(subject, WEEK)
    return {"Authorization": f"Bearer {token}"}
