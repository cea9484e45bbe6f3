"""The browser that pages are looked at with, and signing in to them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Playwright

BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    # No name resolves but the page's own: a page that needs another host shows it at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@dataclass(frozen=True)
class Account:
    """Name and password of somebody who may sign in."""

    login: str
    password: str

    def __repr__(self) -> str:
        """The account without its password."""
        return f"Account({self.login})"


@contextmanager
def browser(playwright: Playwright, chromium_path: Path, **options: Any) -> Iterator[BrowserContext]:
    """A browser for a reader of Portuguese, with a profile of its own that is thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="nova-pages-", ignore_cleanup_errors=True) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium_path, args=list(BROWSER_FLAGS), locale="pt-BR", **options
        )
        try:
            yield context
        finally:
            context.close()


def sign_in(context: BrowserContext, base_url: str, account: Account) -> None:
    """Gives the browser a session, as the form without a script does.

    Raises:
        PermissionError: when the account is not let in.
    """
    answer = context.request.post(
        f"{base_url}/session",
        form={"login": account.login, "password": account.password},
        headers={"Origin": base_url},
        max_redirects=0,
    )
    if answer.headers.get("location") != "/dashboard":
        raise PermissionError(f"{account.login} was not let in: {answer.status} {answer.headers.get('location')}")
