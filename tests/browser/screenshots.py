"""Makes the pictures of docs/images: `python -m pytest -n 0 tests/browser/screenshots.py`."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from sandbox.hubspot import HubSpotSandbox
from tests.browser.airflow_site import HUBSPOT, SALESRABBIT, VERIFY, Site, open_account, running_site
from tests.browser.page import TELEPHONE, QuietPage
from tests.dags.airflow_home import CHECKOUT
from tests.e2e.dag_runs import run_dag

pytestmark = [pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(1800)]

IMAGES = CHECKOUT / "docs/images"
SIZE = {"width": 1200, "height": 760}
_RUNS = 22
_LONG_MS = 180_000
# the runs of a minute become those of a day
_SPREAD = """
update crm_sync.sync_history as h
set start_time = h.start_time - span, end_time = h.end_time - span
from (
    select id, (max(id) over () - id) * interval '50 min' as span
    from crm_sync.sync_history
) as back
where back.id = h.id and h.crm_source = 'hubspot'
"""


def run_often(fake: HubSpotSandbox) -> None:
    """Let a day go by: more and fewer changes, and an hour in which the source is down."""
    account = open_account(fake)
    entity = account.source.entities["contacts"]
    run_dag(HUBSPOT)
    run_dag(SALESRABBIT, {"entities": ["lead_statuses"]})
    for number in range(_RUNS):
        account.change(entity, 3 + 17 * number % 40)
        if number == _RUNS - 8:
            fake.faults.add("unauthorized", "*contacts*", times=None)
        run_dag(HUBSPOT, {"entities": ["contacts"]})
        fake.faults.clear()
    # Airflow knows a DAG that has run; here is no process that reads the files
    run_dag(VERIFY, {"crm_source": "csv", "method": "count"})


@pytest.fixture(scope="package")
def site(make_warehouse: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An Airflow whose history looks like a day."""
    warehouse = make_warehouse()
    with running_site(tmp_path_factory.mktemp("site"), warehouse, run_often) as running:
        warehouse.execute(_SPREAD)
        warehouse.execute("analyze")
        yield running


def take(page: QuietPage, name: str) -> None:
    """Write what is seen into docs/images."""
    path = IMAGES / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    page.page.screenshot(path=path)
    assert path.stat().st_size < 150_000, name


def test_pictures(open_page: Callable[..., QuietPage], site: Site) -> None:
    """Take them all, from the view that costs nothing to those that need a run."""
    page = open_page(size=SIZE)
    for name, hash_ in {
        "overview": "#/",
        "entity": "#/entity/hubspot/contacts",
        "rejected": "#/rejected/csv/zip_codes",
        "budgets": "#/budgets",
    }.items():
        page.go(hash_)
        take(page, name)
    page.go("#/")
    page.use_dark()
    take(page, "overview_dark")
    page.page.set_viewport_size(TELEPHONE)
    take(page, "telephone")


def test_pictures_of_runs(open_page: Callable[..., QuietPage], site: Site) -> None:
    """A run at work, then a comparison with its proof, and the report of a dry run."""
    page, go_on = open_page(size=SIZE), threading.Event()
    site.unpause(HUBSPOT)
    site.unpause(VERIFY)
    with site.working():
        take_runs(page, site, go_on)


def take_runs(page: QuietPage, site: Site, go_on: threading.Event) -> None:
    """Take what needs a scheduler."""
    site.hubspot.hooks.before_page("*/objects/contacts", 3, lambda: go_on.wait(120))
    site.services.trigger(HUBSPOT, {"entities": ["contacts"], "full": True, "batch_size": 50})
    root = page.go("#/entity/hubspot/contacts")
    expect(root.locator("header .cs-badge")).to_have_text("Running", timeout=_LONG_MS)
    root.get_by_role("link", name=re.compile(r"^Run \d+$")).first.click()
    expect(page.wait().locator(".cs-progress")).to_contain_text("records/s", timeout=_LONG_MS)
    take(page, "run")
    go_on.set()
    expect(root.locator("header .cs-badge")).not_to_have_text("Running", timeout=_LONG_MS)
    account = open_account(site.hubspot)
    account.change(account.source.entities["contacts"], 4)
    account.add(account.source.entities["contacts"])
    root = page.go("#/compare/hubspot/contacts")
    root.get_by_role("combobox", name="Method").select_option("full")
    root.get_by_role("button", name="Compare now").click()
    expect(root.locator(".cs-followed").first).to_contain_text("Success", timeout=_LONG_MS)
    expect(root.locator("tbody tr").first).to_contain_text("Equal")
    root.get_by_role("button", name="Start a dry run").click()
    expect(root.locator(".cs-card")).to_contain_text("Would be created", timeout=_LONG_MS)
    take(page, "compare")
