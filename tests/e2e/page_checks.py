"""What every page must hold, measured in a real browser: policy, console, accessibility, stillness, bytes.

    export NOVA_PASSWORD=$(.venv/bin/nova password)
    python -m tests.e2e.page_checks http://127.0.0.1:3000 --screenshots pictures

prints the bytes of each page and every breach, and fails when there is one.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.e2e.browsers import Account, browser, sign_in

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

LAYOUT_SHIFT_LIMIT = 0.02
"""Cumulative layout shift; 0.1 is called good, this page reserves its places and stays far below."""

RECORDER = """
window.recorded = { policy: [], shift: 0 };
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
  window.recorded.policy.push(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`));
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.recorded.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""

AXE_RUN = """
async () => {
  const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly: standards });
  return violations.map(({ impact, id, nodes }) => `${impact} ${id}: ${nodes[0].html.slice(0, 160)}`);
}
"""

MEASURE = """
() => ({
  ...window.recorded,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})
"""


@dataclass(frozen=True)
class Viewport:
    """A screen to look through, in CSS pixels."""

    name: str
    width: int
    height: int
    mobile: bool

    def options(self) -> dict[str, Any]:
        """The screen as Playwright is told it."""
        size = {"width": self.width, "height": self.height}
        return {"viewport": size, "is_mobile": self.mobile, "has_touch": self.mobile}


VIEWPORTS = (Viewport("desktop", 1440, 900, mobile=False), Viewport("phone", 390, 844, mobile=True))
ColorScheme = Literal["light", "dark"]
COLOR_SCHEMES: tuple[ColorScheme, ...] = ("light", "dark")


@dataclass(frozen=True)
class PageCase:
    """A page to visit.

    Attributes:
        ready: selector of what shows that the page has its data.
        javascript_limit: gzipped bytes of script that a first visit may fetch.
        click: selector of a button to press before measuring.
        locale: the reader's language, as its cookie has it.
    """

    name: str
    path: str
    ready: str
    javascript_limit: int
    status: int = 200
    click: str | None = None
    locale: str = "pt-BR"


@dataclass(frozen=True)
class Visit:
    """What one visit of one page showed. The texts are breaches: none is good."""

    page: str
    status: int
    expected_status: int
    csp_violations: tuple[str, ...]
    console_errors: tuple[str, ...]
    axe_violations: tuple[str, ...]
    third_party_requests: tuple[str, ...]
    layout_shift: float
    overflow_pixels: int
    javascript_bytes: int
    javascript_limit: int
    total_bytes: int

    def breaches(self) -> Iterator[str]:
        """Everything that the page must not do and did, as sentences that begin with the page's name."""
        if self.status != self.expected_status:
            yield f"{self.page}: answered {self.status} instead of {self.expected_status}"
        if self.layout_shift > LAYOUT_SHIFT_LIMIT:
            yield f"{self.page}: layout shift {self.layout_shift:.3f} exceeds {LAYOUT_SHIFT_LIMIT}"
        if self.overflow_pixels > 0:
            yield f"{self.page}: {self.overflow_pixels} pixels wider than the screen"
        if self.javascript_bytes > self.javascript_limit:
            yield f"{self.page}: {self.javascript_bytes} bytes of script exceed {self.javascript_limit}"
        for kind, texts in (
            ("content security policy", self.csp_violations),
            ("console", self.console_errors),
            ("accessibility", self.axe_violations),
            ("third party", self.third_party_requests),
        ):
            yield from (f"{self.page}: {kind}: {text}" for text in texts)


@dataclass(frozen=True)
class Report:
    """Every visit: pages by viewport and colour scheme."""

    visits: tuple[Visit, ...]

    def breaches(self) -> list[str]:
        return list(chain.from_iterable(visit.breaches() for visit in self.visits))


@dataclass
class Recording:
    """What the browser reports while a page loads."""

    origin: str
    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    bytes_by_kind: dict[str, int] = field(default_factory=dict)

    def listen(self, page: Page) -> None:
        """Subscribes to the page; the cache is off, so that bytes are those of a first visit."""
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.console.append(f"uncaught {error}"))
        page.on("request", lambda request: self._request(request.url))
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.responseReceived", lambda event: self.kinds.update({event["requestId"]: event["type"]}))
        session.on("Network.loadingFinished", self._loaded)

    def _console(self, kind: str, text: str) -> None:
        # A browser logs the 404 of the document itself, which is what a not-found page is for.
        if kind in ("error", "warning") and "status of 404" not in text:
            self.console.append(f"{kind} {text}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "blob:")):
            self.foreign.append(url)

    def _loaded(self, event: dict) -> None:
        kind = self.kinds.get(event["requestId"], "Other")
        self.bytes_by_kind[kind] = self.bytes_by_kind.get(kind, 0) + int(event["encodedDataLength"])


def _visit(context: BrowserContext, base_url: str, case: PageCase, label: str, screenshots: Path | None) -> Visit:
    recording = Recording(base_url)
    page = context.new_page()
    page.add_init_script(RECORDER)
    recording.listen(page)
    context.add_cookies([{"name": "nova_locale", "value": case.locale, "url": base_url}])
    response = page.goto(base_url + case.path, wait_until="networkidle")
    page.locator(case.ready).first.wait_for()
    if case.click:
        page.locator(case.click).click()
    measured = page.evaluate(MEASURE)
    if screenshots:
        page.screenshot(path=screenshots / f"{label.replace(' ', '-')}.png", full_page=True)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate(AXE_RUN)
    page.close()
    return Visit(
        page=label,
        status=response.status if response else 0,
        expected_status=case.status,
        csp_violations=tuple(measured["policy"]),
        console_errors=tuple(recording.console),
        axe_violations=tuple(violations),
        third_party_requests=tuple(recording.foreign),
        layout_shift=measured["shift"],
        overflow_pixels=measured["overflow"],
        javascript_bytes=recording.bytes_by_kind.get("Script", 0),
        javascript_limit=case.javascript_limit,
        total_bytes=sum(recording.bytes_by_kind.values()),
    )


def _visits(
    context: BrowserContext, base_url: str, cases: tuple[PageCase, ...], screen: str, screenshots: Path | None
) -> list[Visit]:
    return [_visit(context, base_url, case, f"{case.name} {screen}", screenshots) for case in cases]


def _first_item(context: BrowserContext, base_url: str) -> str:
    """The path of the first item that the list shows."""
    page = context.new_page()
    page.goto(f"{base_url}/materials", wait_until="networkidle")
    path = page.locator("main a[href^='/materials/']").first.get_attribute("href")
    page.close()
    if path is None:
        raise LookupError("the list of materials is empty: load the demo data first")
    return path


def page_cases(item_path: str) -> tuple[PageCase, ...]:
    """Every page with a session, with the budget of its script: 200 kB, and 300 kB where a chart is drawn."""
    return (
        PageCase("dashboard", "/dashboard", ".recharts-bar-rectangle path", 300_000),
        PageCase("materials", "/materials", "main a[href^='/materials/']:visible", 200_000),
        PageCase("item", item_path, ".recharts-bar-rectangle path", 300_000),
        PageCase("item as table", item_path, ".recharts-bar-rectangle path", 300_000, click="figure button"),
        PageCase("item in English", item_path, ".recharts-bar-rectangle path", 300_000, locale="en"),
        PageCase("data", "/data", "main td", 200_000),
        PageCase("unknown page", "/unknown", "h1", 200_000, status=404),
        PageCase("unknown item", "/materials/no-such-item", "h1", 300_000, status=404),
    )


def sign_in_cases() -> tuple[PageCase, ...]:
    """What is shown to who has no session."""
    return (
        PageCase("sign-in", "/data", "form[action='/session']", 155_000),
        PageCase("sign-in refused", "/login?notice=throttled&seconds=12", "form [role=alert]", 155_000),
        PageCase("sign-in in English", "/login?notice=ended", "form [role=status]", 155_000, locale="en"),
    )


def check_pages(base_url: str, chromium_path: str | Path, account: Account, screenshots: Path | None = None) -> Report:
    """Visits every page on a desktop and a phone, in light and dark, with an empty cache.

    Args:
        base_url: where the page's server answers, without a trailing slash.
        account: who looks.
        screenshots: folder for full-page pictures; none are taken without it.

    Raises:
        LookupError: when the list of materials is empty.
        PermissionError: when the account is not let in.
        playwright.sync_api.TimeoutError: when a page never shows its data.
    """
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(base_url))
    visits: list[Visit] = []
    with sync_playwright() as playwright:
        for viewport in VIEWPORTS:
            for color_scheme in COLOR_SCHEMES:
                screen = f"{viewport.name} {color_scheme}"
                options = viewport.options() | {"color_scheme": color_scheme}
                with browser(playwright, Path(chromium_path), **options) as context:
                    visits += _visits(context, origin, sign_in_cases(), screen, screenshots)
                    sign_in(context, origin, account)
                    visits += _visits(context, origin, page_cases(_first_item(context, origin)), screen, screenshots)
    return Report(tuple(visits))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base_url", help="where the page's server answers")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser to use")
    parser.add_argument("--login", default="admin", help="who looks; NOVA_PASSWORD holds the password")
    parser.add_argument("--screenshots", type=Path, help="folder for a picture of every page")
    arguments = parser.parse_args()
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    account = Account(arguments.login, os.environ["NOVA_PASSWORD"])
    report = check_pages(arguments.base_url, arguments.chromium, account, arguments.screenshots)
    for visit in report.visits:
        script, total = visit.javascript_bytes / 1000, visit.total_bytes / 1000
        print(f"{visit.page:32} script {script:6.1f} kB  all {total:6.1f} kB  shift {visit.layout_shift:.3f}")
    breaches = report.breaches()
    print("\n".join(breaches) or "no breach")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
