"""What a planner does on the page, step by step in a real browser. Each journey raises when a step fails.

    export NOVA_PASSWORD=$(.venv/bin/nova password)
    python -m tests.e2e.page_journeys http://127.0.0.1:3000

walks all of them. They hold for any data that has at least two pages of materials.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e import page_sign_in
from tests.e2e.browsers import Account, browser, sign_in

ITEM_ADDRESS = re.compile(r"/materials/[^/?]+$")


def _names(page: Page) -> list[str]:
    """Names of the materials in the list, as shown."""
    return page.locator("tbody th").all_inner_texts()


def filters_live_in_the_address(page: Page, base_url: str) -> None:
    """A filtered list survives a reload; nothing found says so, and one click leads back."""
    page.goto(f"{base_url}/materials", wait_until="networkidle")
    word = _names(page)[0].split()[0]
    page.get_by_role("searchbox").fill(word)
    page.wait_for_url(re.compile(r"[?&]q="))
    page.get_by_label("Classe ABC").select_option("A")
    page.wait_for_url(re.compile(r"[?&]abc=A"))
    page.reload(wait_until="networkidle")
    expect(page.get_by_role("searchbox")).to_have_value(word)
    expect(page.get_by_label("Classe ABC")).to_have_value("A")

    page.get_by_role("searchbox").fill("no such material")
    expect(page.locator("main .border-dashed")).to_have_text("Nenhum material com estes filtros.")
    page.get_by_role("button", name="Limpar filtros").click()
    page.wait_for_url(re.compile(r"/materials$"))
    expect(page.locator("tbody tr").first).to_be_visible()


def pages_follow_the_chosen_order(page: Page, base_url: str) -> None:
    """The order is told to assistive technology, the next page continues it, and back returns to the first."""
    page.goto(f"{base_url}/materials", wait_until="networkidle")
    code = page.get_by_role("columnheader", name="Código")
    code.get_by_role("button").click()
    expect(code).to_have_attribute("aria-sort", "ascending")
    page.wait_for_url(re.compile(r"sort=item_id"))
    page.wait_for_load_state("networkidle")
    codes = page.locator("tbody tr td:first-child")
    first = codes.all_inner_texts()
    page.get_by_role("button", name="Próxima página").click()
    page.wait_for_url(re.compile(r"cursor="))
    expect(codes.first).not_to_have_text(first[0])
    assert codes.first.inner_text() > first[-1], "the second page does not continue the first"
    page.go_back()
    expect(codes.first).to_have_text(first[0])


def a_forecast_can_be_read_without_seeing_it(page: Page, base_url: str) -> None:
    """The chart answers the keyboard, and the same figures stand in a table."""
    page.goto(f"{base_url}/materials", wait_until="networkidle")
    page.locator("tbody th a").first.click()
    page.wait_for_url(ITEM_ADDRESS)
    chart = page.locator(".recharts-surface").first
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".recharts-tooltip-wrapper")).to_contain_text("Semana de")
    page.get_by_role("button", name="Ver como tabela").click()
    expect(page.locator("figure tbody tr").first).to_be_visible()


def an_earlier_forecast_is_shown_as_issued(page: Page, base_url: str) -> None:
    """Choosing an origin puts it in the address; the newest needs none."""
    page.goto(f"{base_url}/materials", wait_until="networkidle")
    page.locator("tbody th a").first.click()
    origins = page.get_by_label("Previsão emitida em")
    expect(origins).to_be_visible()
    earlier = origins.locator("option").last.get_attribute("value")
    assert earlier is not None
    origins.select_option(earlier)
    page.wait_for_url(re.compile(f"origin={earlier}"))
    expect(origins).to_have_value(earlier)
    origins.select_option(index=0)
    page.wait_for_url(ITEM_ADDRESS)


def language_and_theme_are_remembered(page: Page, base_url: str) -> None:
    """Both choices are rendered by the server on the next visit: nothing flashes."""
    page.goto(f"{base_url}/dashboard", wait_until="networkidle")
    page.get_by_label("Idioma").select_option("en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")
    page.get_by_label("Theme").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    answer = page.request.get(f"{base_url}/dashboard").text()
    assert 'lang="en"' in answer, "the server forgot the language"
    assert 'data-theme="dark"' in answer, "the server forgot the theme"


def a_family_is_shown_in_one_unit(page: Page, base_url: str) -> None:
    """The family, the unit and the period of the demand chart are part of the address."""
    page.goto(f"{base_url}/dashboard", wait_until="networkidle")
    families = page.get_by_label("Família e unidade")
    families.select_option(index=1)
    page.wait_for_url(re.compile(r"family=.+&unit="))
    page.get_by_label("Período").select_option("day")
    page.wait_for_url(re.compile(r"grain=day"))
    chosen = families.locator("option:checked").inner_text()
    page.reload(wait_until="networkidle")
    expect(families.locator("option:checked")).to_have_text(chosen)


Journey = Callable[[Page, str], None]
SignInJourney = Callable[[Page, str, Account], None]

JOURNEYS: tuple[Journey, ...] = (
    filters_live_in_the_address,
    pages_follow_the_chosen_order,
    a_forecast_can_be_read_without_seeing_it,
    an_earlier_forecast_is_shown_as_issued,
    language_and_theme_are_remembered,
    a_family_is_shown_in_one_unit,
)


SIGN_IN_JOURNEYS: tuple[SignInJourney, ...] = (
    page_sign_in.the_asked_page_follows_the_sign_in,
    page_sign_in.a_wrong_password_is_told_and_the_name_stays,
    page_sign_in.a_form_without_scripts_signs_in,
    page_sign_in.after_signing_out_the_old_cookie_is_worthless,
    page_sign_in.writes_of_other_sites_are_refused,
    page_sign_in.nobody_is_led_to_another_site,
    page_sign_in.too_many_attempts_are_told_when_to_try_again,
)


def walk(journey: Journey, base_url: str, chromium_path: str | Path, account: Account) -> None:
    """Walks one journey in a browser of its own, which is signed in, on a desktop."""
    with _desktop(chromium_path) as page:
        sign_in(page.context, base_url, account)
        journey(page, base_url)


def walk_signing_in(journey: SignInJourney, base_url: str, chromium_path: str | Path, account: Account) -> None:
    """Walks one journey of signing in or out in a browser of its own, on a desktop."""
    with _desktop(chromium_path) as page:
        journey(page, base_url, account)


@contextmanager
def _desktop(chromium_path: str | Path) -> Iterator[Page]:
    with (
        sync_playwright() as playwright,
        browser(playwright, Path(chromium_path), viewport={"width": 1440, "height": 900}) as context,
    ):
        yield context.new_page()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base_url", help="where the page's server answers")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser to use")
    parser.add_argument("--login", default="admin", help="who walks; NOVA_PASSWORD holds the password")
    arguments = parser.parse_args()
    account = Account(arguments.login, os.environ["NOVA_PASSWORD"])
    for journey in SIGN_IN_JOURNEYS:
        walk_signing_in(journey, arguments.base_url, arguments.chromium, account)
        print(f"walked {journey.__name__}")
    for journey in JOURNEYS:
        walk(journey, arguments.base_url, arguments.chromium, account)
        print(f"walked {journey.__name__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
