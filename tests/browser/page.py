"""A page in the browser that must stay quiet: no error on its console, no request to anywhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from tests.browser.accessibility import list_violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.browser.airflow_site import Site

PLACE = "plugin/crm-sync"
TIMEOUT_MS = 20_000
WIDE, TELEPHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
_STEP = """
hash => new Promise(done => {
    if (location.hash === hash) return done();
    const drawn = () => requestAnimationFrame(() => requestAnimationFrame(done));
    addEventListener("hashchange", drawn, {once: true});
    location.hash = hash;
})
"""
"""Goes to an address within the page, and waits until the view that was left is no longer drawn."""
NARROWEST = {"width": 360, "height": 700}


@dataclass
class QuietPage:
    """One tab, logged in; `expected` holds patterns of console lines that a test brings about on purpose."""

    page: Page
    site: Site
    size: dict[str, int]
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def opened(
        cls, browser: Browser, site: Site, user: str, *, theme: str = "light", size: dict[str, int] = WIDE
    ) -> Iterator[Self]:
        """Open a tab of its own, with no cookies but the login."""
        context = browser.new_context(
            viewport=size, color_scheme=theme, reduced_motion="reduce", locale="en-US"
        )
        context.add_cookies([{"name": "_token", "value": site.log_in(user), "url": site.url}])
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        quiet = cls(page, site, size)
        page.on("console", lambda line: quiet.note(f"console: {line.text}", line.type == "error"))
        page.on("pageerror", lambda error: quiet.note(f"error: {error}"))
        page.on("request", lambda one: quiet.note(f"left the origin: {one.url}", not quiet.is_own(one.url)))
        yield quiet
        context.close()

    @contextmanager
    def in_test(self) -> Iterator[Self]:
        """Lend the tab to one test; look at the end whether it was quiet, and leave nothing of it behind."""
        yield self
        self._leave()
        found = [fault for fault in self.faults if not any(re.search(one, fault) for one in self.expected)]
        self.faults.clear()
        self.expected.clear()
        assert found == [], found

    def _leave(self) -> None:
        """Go to an address that asks for nothing: what was open ends its questions and forgets its state."""
        self.page.unroute_all()
        self.page.set_viewport_size(self.size)
        if self._is_open():
            self.use_light()
            self.page.evaluate(_STEP, "#/nowhere")
            self.page.get_by_role("link", name="Go to the overview").wait_for()
        else:
            self.page.emulate_media(color_scheme="light")
            self.page.goto("about:blank")

    def note(self, fault: str, is_fault: bool = True) -> None:
        """Keep what went wrong."""
        if is_fault:
            self.faults.append(fault)

    def is_own(self, url: str) -> bool:
        """Tell whether a request stays with the server that the page came from."""
        return url == self.site.url or url.startswith((f"{self.site.url}/", "data:", "blob:"))

    def go(self, hash_: str = "#/", place: str = PLACE) -> Locator:
        """Open an address of the page, without a reload where it is open already; gives our part of it."""
        if self._is_open(place):
            self.page.evaluate(_STEP, hash_)
        else:
            self.page.goto(f"{self.site.url}/{place}{hash_}")
        return self.wait()

    def _is_open(self, place: str = PLACE) -> bool:
        return self.page.url.partition("#")[0] == f"{self.site.url}/{place}"

    def wait(self) -> Locator:
        """Wait until the view has its answer."""
        root = self.page.locator("main.crm-sync")
        root.wait_for()
        root.locator(".cs-loading").first.wait_for(state="detached")
        return root

    def answer(self, path: str, body: Any, status: int = 200) -> None:
        """Answer a question to the API from here, from now on."""
        if status >= 400:
            self.expected.append(rf"status of {status}")
        self.page.route(
            re.compile(rf"/crm-sync/api/{path}(\?|$)"), lambda route: route.fulfill(json=body, status=status)
        )

    def cut(self, path: str) -> None:
        """Let questions to the API get no answer at all."""
        self.expected.append("ERR_FAILED")
        self.page.route(re.compile(rf"/crm-sync/api/{path}(\?|$)"), lambda route: route.abort())

    def use_dark(self) -> None:
        """Change to dark colours, as the user's system does."""
        self.page.emulate_media(color_scheme="dark")
        self.page.locator("html.dark").wait_for()

    def use_light(self) -> None:
        """Change back."""
        self.page.emulate_media(color_scheme="light")
        self.page.locator("html:not(.dark)").wait_for()

    def assert_accessible(self) -> None:
        """Let axe find nothing."""
        found = list_violations(self.page)
        assert found == [], f"{self.page.url}: {found}"

    def is_too_wide(self) -> bool:
        """Tell whether the page has to be scrolled sideways."""
        return bool(
            self.page.evaluate(
                "() => { const e = document.querySelector('main.crm-sync');"
                " return e.scrollWidth > e.clientWidth + 1 }"
            )
        )
