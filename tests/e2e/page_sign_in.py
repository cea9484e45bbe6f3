"""Signing in and out, step by step in a real browser. Each journey raises when a step fails.

    export NOVA_PASSWORD=$(.venv/bin/nova password)
    python -m tests.e2e.page_journeys http://127.0.0.1:3000

walks these too. They leave the account as it was.
"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.browsers import Account, sign_in

FILTERED = "/materials?abc=A"


def _session(page: Page) -> dict[str, str]:
    """The cookies of the session as the browser keeps them."""
    kept = {cookie.get("name", ""): cookie.get("value", "") for cookie in page.context.cookies()}
    return {name: value for name, value in kept.items() if name in ("nova_session", "nova_renewal")}


def the_asked_page_follows_the_sign_in(page: Page, base_url: str, account: Account) -> None:
    """A page asked for by nobody leads to the sign-in page, by the keyboard alone, and then to itself."""
    page.goto(base_url + FILTERED)
    page.wait_for_url(re.compile(r"/login\?next="))
    page.get_by_label("Nome de usuário").focus()
    page.keyboard.type(account.login)
    page.keyboard.press("Tab")
    page.keyboard.type(account.password)
    page.keyboard.press("Enter")
    page.wait_for_url(base_url + FILTERED)
    expect(page.get_by_label("Conta")).to_contain_text("Administração")
    cookies = [cookie for cookie in page.context.cookies() if cookie.get("name") == "nova_session"]
    assert [(cookie.get("httpOnly"), cookie.get("sameSite")) for cookie in cookies] == [(True, "Lax")]
    assert page.evaluate("document.cookie") == "", "a script can read a cookie"


def a_wrong_password_is_told_and_the_name_stays(page: Page, base_url: str, account: Account) -> None:
    """What was typed as a name stays, the error is announced, and nobody is signed in."""
    page.goto(f"{base_url}/login")
    page.get_by_label("Nome de usuário").fill(account.login)
    page.get_by_label("Senha").fill("this is not the password")
    page.get_by_role("button", name="Entrar").click()
    expect(page.locator("form [role=alert]")).to_have_text("O nome ou a senha não confere.")
    expect(page.get_by_label("Nome de usuário")).to_have_value(account.login)
    expect(page.get_by_label("Senha")).to_be_focused()
    assert _session(page) == {}


def too_many_attempts_are_told_when_to_try_again(page: Page, base_url: str, account: Account) -> None:
    """A name that nobody has is throttled as any other; no account is locked by this."""
    page.goto(f"{base_url}/login?next=%2Fdata")
    page.get_by_label("Nome de usuário").fill("nobody-of-this-name")
    alert = page.locator("form [role=alert]")
    for _ in range(6):
        page.get_by_label("Senha").fill("this is not the password")
        with page.expect_response(f"{base_url}/session"):
            page.get_by_role("button", name="Entrar").click()
        expect(alert).to_be_visible()
    expect(alert).to_contain_text(re.compile(r"Tente de novo em \d+ s"))


def a_form_without_scripts_signs_in(page: Page, base_url: str, account: Account) -> None:
    """The same form, posted by a browser that runs no script: refused, then let in."""
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_page(java_script_enabled=False, locale="pt-BR")
    plain.goto(f"{base_url}/data")
    for password in ("this is not the password", account.password):
        plain.get_by_label("Nome de usuário").fill(account.login)
        plain.get_by_label("Senha").fill(password)
        plain.get_by_role("button", name="Entrar").click()
        if password != account.password:
            expect(plain.locator("form [role=alert]")).to_have_text("O nome ou a senha não confere.")
    plain.wait_for_url(f"{base_url}/data")
    plain.get_by_role("button", name="Sair").click()
    expect(plain.locator("form [role=status]")).to_have_text("Você saiu.")
    plain.close()


def after_signing_out_the_old_cookie_is_worthless(page: Page, base_url: str, account: Account) -> None:
    """Whoever kept the cookie is asked to sign in, by the page and by the API; an open page leaves with its filter."""
    sign_in(page.context, base_url, account)
    page.goto(base_url + FILTERED, wait_until="networkidle")
    kept = _session(page)
    assert kept
    other = page.context.new_page()
    other.goto(f"{base_url}/data")
    other.get_by_role("button", name="Sair").click()
    other.wait_for_url(re.compile(r"/login\?notice=signed_out"))
    assert _session(page) == {}
    cookie = "; ".join(f"{name}={value}" for name, value in kept.items())
    answer = page.request.get(f"{base_url}/api/v1/items", headers={"cookie": cookie})
    assert answer.status == 401, "the token of a session that was signed out is good still"
    answer = page.request.get(f"{base_url}/data", headers={"cookie": cookie}, max_redirects=0)
    assert answer.headers["location"] == "/login?next=%2Fdata&notice=ended"
    other.close()
    page.get_by_role("searchbox").fill("cabo")
    page.wait_for_url(re.compile(r"/login\?next=%2Fmaterials%3F.*abc%3DA.*notice=ended"))
    expect(page.locator("form [role=status]")).to_contain_text("Sua sessão terminou")


def writes_of_other_sites_are_refused(page: Page, base_url: str, account: Account) -> None:
    """A form on another site that a signed-in browser posts neither signs out nor reaches the API."""
    sign_in(page.context, base_url, account)
    elsewhere = base_url.replace("127.0.0.1", "localhost")
    trap = "<form method=post>"
    submit = "address => { document.forms[0].action = address; document.forms[0].submit() }"
    page.route(f"{elsewhere}/trap", lambda route: route.fulfill(content_type="text/html", body=trap))
    for path in ("/session/end", "/session/renew", "/session", "/api/v1/alerts/1/acknowledgement"):
        page.goto(f"{elsewhere}/trap")
        with page.expect_navigation():
            page.evaluate(submit, base_url + path)
        assert '"status":403' in page.content(), f"{path} was answered"
    page.goto(f"{base_url}/data")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dados")


def nobody_is_led_to_another_site(page: Page, base_url: str, account: Account) -> None:
    """A crafted link to the sign-in page ends on a page of this site."""
    sign_in(page.context, base_url, account)
    for target in ("https://evil.test/", "//evil.test", "/\\evil.test", "/.//evil.test"):
        answer = page.request.get(f"{base_url}/login", params={"next": target}, max_redirects=0)
        assert answer.headers["location"] == "/dashboard", target
