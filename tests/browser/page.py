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
_TIMEOUT_MS = 20_000
WIDE, TELEPHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NARROWEST = {"width": 360, "height": 700}


@dataclass
class QuietPage:
    """One tab, logged in; `expected` holds patterns of console lines that a test brings about on purpose."""

    page: Page
    site: Site
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def opened(
        cls, browser: Browser, site: Site, user: str, *, theme: str = "light", size: dict[str, int] = WIDE
    ) -> Iterator[Self]:
        """Open a tab of its own, with no cookies but the login, and look at the end whether it was quiet."""
        context = browser.new_context(
            viewport=size, color_scheme=theme, reduced_motion="reduce", locale="en-US"
        )
        context.add_cookies([{"name": "_token", "value": site.log_in(user), "url": site.url}])
        page = context.new_page()
        page.set_default_timeout(_TIMEOUT_MS)
        quiet = cls(page, site)
        page.on("console", lambda line: quiet.note(f"console: {line.text}", line.type == "error"))
        page.on("pageerror", lambda error: quiet.note(f"error: {error}"))
        page.on("request", lambda one: quiet.note(f"left the origin: {one.url}", not quiet.is_own(one.url)))
        yield quiet
        found = [fault for fault in quiet.faults if not any(re.search(one, fault) for one in quiet.expected)]
        context.close()
        assert found == [], found

    def note(self, fault: str, is_fault: bool = True) -> None:
        """Keep what went wrong."""
        if is_fault:
            self.faults.append(fault)

    def is_own(self, url: str) -> bool:
        """Tell whether a request stays with the server that the page came from."""
        return url.startswith((f"{self.site.url}/", "data:", "blob:"))

    def go(self, hash_: str = "#/", place: str = PLACE) -> Locator:
        """Open an address of the page, without a reload where it is open already; gives our part of it."""
        url = f"{self.site.url}/{place}"
        if self.page.url.partition("#")[0] == url:
            self.page.evaluate("hash => { location.hash = hash }", hash_)
        else:
            self.page.goto(url + hash_)
        return self.wait()

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

    def assert_accessible(self) -> None:
        """Let axe find nothing."""
        assert list_violations(self.page) == [], self.page.url

    def is_too_wide(self) -> bool:
        """Tell whether the page has to be scrolled sideways."""
        return bool(
            self.page.evaluate(
                "() => { const e = document.querySelector('main.crm-sync');"
                " return e.scrollWidth > e.clientWidth + 1 }"
            )
        )
