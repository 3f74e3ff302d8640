"""Fixtures of the browser tests: one Airflow, one Chromium and one tab per user for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.airflow_site import Site, running_site
from tests.browser.page import TIMEOUT_MS, QuietPage
from tests.chromium import running_chromium
from tests.dags.airflow_home import filter_warnings

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let Airflow's own warnings pass in this folder's tests: its conftest.py is asked for them alone."""
    filter_warnings(item)


@pytest.fixture(scope="package")
def site(make_warehouse: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An Airflow with a history."""
    with running_site(tmp_path_factory.mktemp("site"), make_warehouse()) as running:
        yield running


@pytest.fixture(scope="package")
def browser(site: Site) -> Iterator[Browser]:
    """A Chromium; its loop would be in the way of the DAG runs that have made the history."""
    from playwright.sync_api import expect

    # a machine that runs other tests, too, draws a view in more than the five seconds that are usual
    expect.set_options(timeout=TIMEOUT_MS)
    with running_chromium() as running:
        yield running


@pytest.fixture(scope="package")
def find_tab(site: Site, browser: Browser) -> Iterator[Callable[..., QuietPage]]:
    """Give the tab of a user, opened for all tests: to load Airflow's UI takes seconds of work."""
    tabs: dict[str, QuietPage] = {}
    with ExitStack() as stack:

        def find(user: str, **settings: Any) -> QuietPage:
            if user not in tabs:
                tabs[user] = stack.enter_context(QuietPage.opened(browser, site, user, **settings))
            return tabs[user]

        yield find


@pytest.fixture
def open_page(find_tab: Callable[..., QuietPage]) -> Iterator[Callable[..., QuietPage]]:
    """Open the page as a user; at the end of the test nothing may have gone wrong in it."""
    with ExitStack() as stack:

        def start(user: str = "admin", **settings: Any) -> QuietPage:
            return stack.enter_context(find_tab(user, **settings).in_test())

        yield start
