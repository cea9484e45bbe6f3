"""What of schemathesis' findings is no finding."""

from __future__ import annotations

import schemathesis
from schemathesis.core.failures import Failure

LONGEST_ADDRESS = 65_534
"""Bytes of a request's address that the server reads; a longer one it answers itself, by 414 and nothing else."""


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Failure, case: schemathesis.Case, response: schemathesis.Response
) -> bool:
    """Keep a failure, unless the request never reached the application."""
    address = (response.request.url or "").partition("://")[2].partition("/")[2]
    return not (response.status_code == 414 and len(address) + 1 > LONGEST_ADDRESS)
