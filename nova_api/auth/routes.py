"""POST /api/v1/auth/login, logout, refresh and password; GET /api/v1/auth/me."""

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from nova_api.auth.permissions import GRANTS, OPTION, Permission
from nova_api.auth.requests import AuthenticatedRequest
from nova_api.auth.schemas import Login, Me, PasswordChange, Refresh, Session
from nova_api.auth.sign_in import Entrance, Grant
from nova_api.http.problems import documented

NO_STORE = {"Cache-Control": "no-store"}


class AuthController(Controller):
    """Signing in and out."""

    path = "/api/v1/auth"
    tags = ("auth",)

    @post(
        "/login",
        operation_id="login",
        opt={OPTION: Permission.PUBLIC},
        summary="Sign in with name and password",
        description="The answer to a wrong name, a wrong password and a disabled account is the same.",
        status_code=200,
        responses=documented(400, 401, 429, 500, 503),
    )
    async def login(
        self, request: Request, data: JSONBody[Login], entrance: NamedDependency[Entrance]
    ) -> Response[Session]:
        """Give a token."""
        granted = await entrance.sign_in(request.scope, data.login, data.password)
        return Response(session(granted), headers=NO_STORE)

    @post(
        "/refresh",
        operation_id="refreshSession",
        opt={OPTION: Permission.PUBLIC},
        summary="Renew a session by its refresh token",
        description="A refresh token is good once; using one twice ends the session.",
        status_code=200,
        responses=documented(400, 401, 500, 503),
    )
    async def refresh(
        self, request: Request, data: JSONBody[Refresh], entrance: NamedDependency[Entrance]
    ) -> Response[Session]:
        """Give a new token and a new refresh token."""
        return Response(session(await entrance.renew(request.scope, data.refresh_token)), headers=NO_STORE)

    @post(
        "/logout",
        operation_id="logout",
        opt={OPTION: Permission.OWN_ACCOUNT},
        summary="Make the request's token void, and its session with it",
        status_code=204,
        responses=documented(400, 500, 503),
    )
    async def logout(self, request: AuthenticatedRequest, entrance: NamedDependency[Entrance]) -> None:
        """Make it void."""
        await entrance.sign_out(request.scope, request.auth)

    @get(
        "/me",
        operation_id="getMe",
        opt={OPTION: Permission.OWN_ACCOUNT},
        summary="Whom the request's token speaks for",
        responses=documented(400, 500, 503),
    )
    async def me(self, request: AuthenticatedRequest) -> Response[Me]:
        """Say it."""
        caller = request.user
        me = Me(
            user_id=caller.user_id,
            name=caller.name,
            role=caller.role,
            permissions=sorted(GRANTS[caller.role]),
            expires_at=request.auth.expires_at,
        )
        # A proxy that asks for whom it may open another service reads headers alone.
        return Response(me, headers={**NO_STORE, "X-User-Role": caller.role})

    @post(
        "/password",
        operation_id="changePassword",
        opt={OPTION: Permission.OWN_ACCOUNT},
        summary="Change the caller's own password",
        description="All tokens of the account are void afterwards, the one in use too: the answer has a new one.",
        status_code=200,
        responses=documented(400, 429, 500, 503),
    )
    async def password(
        self, request: AuthenticatedRequest, data: JSONBody[PasswordChange], entrance: NamedDependency[Entrance]
    ) -> Response[Session]:
        """Change it."""
        granted = await entrance.change_password(
            request.scope, request.user.user_id, data.current_password, data.new_password
        )
        return Response(session(granted), headers=NO_STORE)


def session(granted: Grant) -> Session:
    """What a caller is told of a grant."""
    claims = granted.claims
    return Session(
        token=granted.token,
        expires_at=claims.expires_at,
        user_id=claims.sub,
        name=claims.name,
        role=claims.role,
        refresh_token=granted.refresh_token,
        refresh_expires_at=granted.refresh_expires_at,
    )
