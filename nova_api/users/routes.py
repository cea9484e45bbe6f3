"""GET and POST /api/v1/users, GET and PATCH /api/v1/users/{user_id}."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from msgspec import UNSET

from nova_api.audit.events import AuditEvent, record
from nova_api.auth.passwords import Passwords, weakness
from nova_api.auth.permissions import OPTION, Permission, Role
from nova_api.auth.requests import AuthenticatedRequest
from nova_api.database import Database
from nova_api.errors import RefusedError
from nova_api.http.conditional import quoted, version_asked
from nova_api.http.problems import documented
from nova_api.users import accounts
from nova_api.users.schemas import NewUser, User, UserChange, UserList


class UserController(Controller):
    """Accounts, for administrators."""

    path = "/api/v1/users"
    tags = ("users",)
    opt = {OPTION: Permission.MANAGE_USERS}  # noqa: RUF012

    @get("/", operation_id="listUsers", summary="All accounts", responses=documented(400, 500, 503))
    async def list_users(
        self,
        database: NamedDependency[Database],
        role: Annotated[Role | None, QueryParameter(description="Exact role; absent: all")] = None,
        active: Annotated[bool | None, QueryParameter(description="Active alone, disabled alone; absent: both")] = None,
    ) -> Response[UserList]:
        """List them."""
        async with database.transaction(read_only=True) as connection:
            users = await accounts.listed(connection, role, active)
        return Response(UserList(data=users), headers={"Cache-Control": "no-store"})

    @post("/", operation_id="createUser", summary="Make an account", responses=documented(400, 409, 500, 503))
    async def create_user(
        self,
        request: AuthenticatedRequest,
        data: JSONBody[NewUser],
        database: NamedDependency[Database],
        passwords: NamedDependency[Passwords],
    ) -> Response[User]:
        """Make it."""
        hashed = await _hashed(passwords, data.password, data.login, data.name)
        async with database.transaction() as connection:
            user = await accounts.create(connection, data, hashed, request.user.user_id)
            about, details = ("user", user.user_id), {"after": accounts.described(user)}
            await record(
                connection, AuditEvent.of_request(request.scope, "user.created", subject=about, details=details)
            )
        return _answer(user, 201, {"Location": f"/api/v1/users/{user.user_id}"})

    @get("/{user_id:uuid}", operation_id="getUser", summary="One account", responses=documented(400, 404, 500, 503))
    async def get_user(self, user_id: FromPath[UUID], database: NamedDependency[Database]) -> Response[User]:
        """Show it."""
        async with database.transaction(read_only=True) as connection:
            return _answer(await accounts.read(connection, str(user_id)))

    @patch(
        "/{user_id:uuid}",
        operation_id="changeUser",
        summary="Change an account's name, role, activity or password",
        description="A change of role, activity or password makes all tokens of the account void at once. "
        "The last active ADMIN can be neither disabled nor made something else.",
        responses=documented(400, 404, 409, 412, 428, 500, 503),
    )
    async def change_user(
        self,
        request: AuthenticatedRequest,
        user_id: FromPath[UUID],
        data: JSONBody[UserChange],
        database: NamedDependency[Database],
        passwords: NamedDependency[Passwords],
        if_match: Annotated[
            str | None, HeaderParameter(name="If-Match", max_length=100, description="ETag of the account as read")
        ] = None,
    ) -> Response[User]:
        """Change it."""
        version = version_asked(if_match)
        async with database.transaction(read_only=True) as connection:
            before = await accounts.read(connection, str(user_id))
        password = None if data.password is UNSET else str(data.password)
        hashed = await _hashed(passwords, password, before.login, before.name)
        async with database.transaction() as connection:
            changed = await accounts.change(connection, str(user_id), data, hashed, request.user.user_id, version)
            details = accounts.difference(*changed, password_changed=hashed is not None)
            about = ("user", str(user_id))
            await record(
                connection, AuditEvent.of_request(request.scope, "user.changed", subject=about, details=details)
            )
        return _answer(changed[1])


async def _hashed(passwords: Passwords, password: str | None, *names: str) -> str | None:
    if password is None:
        return None
    if reason := weakness(password, *names):
        raise RefusedError("password", reason)
    return await passwords.hashed(password)


def _answer(user: User, status: int = 200, headers: dict[str, str] | None = None) -> Response[User]:
    return Response(
        user,
        status_code=status,
        headers={"ETag": quoted(str(user.version), compressed=False), "Cache-Control": "no-store", **(headers or {})},
    )
