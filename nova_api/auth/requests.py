"""The request of a handler that the guard has let somebody through to."""

from litestar import Request
from litestar.datastructures import State

from nova_api.auth.principal import Principal
from nova_api.auth.tokens import Claims

AuthenticatedRequest = Request[Principal, Claims, State]
