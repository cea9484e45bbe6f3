"""Bodies of the accounts' addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from nova_api.auth.passwords import LEAST_CHARACTERS, MOST_CHARACTERS
from nova_api.auth.permissions import Role

Login = Annotated[
    str,
    msgspec.Meta(
        pattern="^[a-z0-9][a-z0-9._@+-]{0,99}$",
        description="What is signed in with, in lower case: a short name or an e-mail address",
    ),
]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="Name for people")]
NewPassword = Annotated[
    str, msgspec.Meta(min_length=LEAST_CHARACTERS, max_length=MOST_CHARACTERS, description="At least 12 characters")
]


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An account. Its password is not part of it."""

    user_id: str
    login: str
    name: str
    role: Role
    active: Annotated[bool, msgspec.Meta(description="Whether it may sign in and its tokens are good")]
    version: Annotated[int, msgspec.Meta(description="Raised by each change; the ETag is this number")]
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    last_login_at: datetime | None


class UserList(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts in the order of their sign-in names."""

    data: list[User]


class NewUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to make. Without a password nobody signs in with it: tokens are issued to it."""

    login: Login
    name: PersonName
    role: Role
    password: NewPassword | None = None

    def __repr__(self) -> str:
        """The account without its password."""
        return f"NewUser(login={self.login!r}, name={self.name!r}, role={self.role!r})"


class UserChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to change of an account; what is absent stays. A change of role, activity or password voids its tokens."""

    name: PersonName | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET

    def __repr__(self) -> str:
        """The change without the password."""
        return f"UserChange(name={self.name!r}, role={self.role!r}, active={self.active!r})"
