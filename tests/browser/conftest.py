"""Fixtures of the browser tests: one Airflow and one Chromium for all, and pages that must stay quiet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.airflow_site import Site, running_site
from tests.browser.page import QuietPage
from tests.chromium import running_chromium
from tests.dags.airflow_home import filter_warnings

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let Airflow's own warnings pass."""
    filter_warnings(items, Path(__file__).parent)


@pytest.fixture(scope="package")
def site(make_warehouse: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An Airflow with a history."""
    with running_site(tmp_path_factory.mktemp("site"), make_warehouse()) as running:
        yield running


@pytest.fixture(scope="module")
def browser(site: Site) -> Iterator[Browser]:
    """A Chromium for the tests of a file: its loop is in the way of whole DAG runs in this process."""
    with running_chromium() as running:
        yield running


@pytest.fixture
def open_page(site: Site, browser: Browser) -> Iterator[Callable[..., QuietPage]]:
    """Open the page as a user; at the end of the test nothing may have gone wrong in it."""
    with ExitStack() as stack:

        def start(user: str = "admin", **settings: Any) -> QuietPage:
            return stack.enter_context(QuietPage.opened(browser, site, user, **settings))

        yield start
