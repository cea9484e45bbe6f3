"""What each failure of the database means to a client, and that its text stays inside."""

from __future__ import annotations

import asyncpg
import pytest

from nova_api.errors import RefusedError, UnavailableError
from nova_api.sqlstates import translated


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("secret"),
        asyncpg.TooManyConnectionsError("secret"),
        asyncpg.AdminShutdownError("secret"),
        asyncpg.CannotConnectNowError("secret"),
        asyncpg.QueryCanceledError("secret"),
        asyncpg.SerializationError("secret"),
        asyncpg.UndefinedTableError("secret"),
        asyncpg.ObjectNotInPrerequisiteStateError("secret"),
        asyncpg.InterfaceError("secret"),
        ConnectionRefusedError("secret"),
        TimeoutError("secret"),
    ],
)
def test_what_may_pass_is_unavailable(error):
    with pytest.raises(UnavailableError) as caught, translated():
        raise error
    assert "secret" not in str(caught.value)
    assert caught.value.retry_after > 0


@pytest.mark.parametrize(
    "error", [asyncpg.CharacterNotInRepertoireError("secret"), asyncpg.DatetimeFieldOverflowError("secret")]
)
def test_a_value_that_no_query_can_use_is_refused(error):
    with pytest.raises(RefusedError) as caught, translated():
        raise error
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("error", [asyncpg.PostgresSyntaxError("x"), asyncpg.InsufficientPrivilegeError("x")])
def test_a_fault_of_the_api_stays_one(error):
    with pytest.raises(type(error)), translated():
        raise error
