"""Makes docs/images/connection.png: `python -m pytest -n 0 tests/browser/connection_screenshot.py`.

It has a file of its own: it needs no history, but an Airflow that believes that the wheel is installed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.page import TIMEOUT_MS
from tests.chromium import running_chromium
from tests.dags.airflow_home import CHECKOUT, initialise_database
from tests.e2e.processes import build_environment, running_services

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]

SIZE = {"width": 900, "height": 860}
_METADATA = "Metadata-Version: 2.1\nName: crm-sync\nVersion: 0\n"
_ENTRY_POINT = "[apache_airflow_provider]\nprovider_info = crm_sync.provider_info:get_provider_info\n"


def register_provider(folder: Path) -> Path:
    """Write what an installed wheel tells Airflow; gives the folder for PYTHONPATH."""
    told = folder / "crm_sync-0.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text(_METADATA)
    (told / "entry_points.txt").write_text(_ENTRY_POINT)
    return folder


def test_picture_of_a_connection(tmp_path: Path) -> None:
    """Open the form of a new connection to HubSpot, as somebody fills it in."""
    home = tmp_path / "airflow"
    environment = build_environment(home, initialise_database())
    paths = [str(register_provider(tmp_path / "wheel")), environment["PYTHONPATH"]]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    running = running_services(home, environment, names=("api-server",), users={"admin": "admin"})
    with running as services, running_chromium() as browser:
        given = {"username": "admin", "password": "admin"}
        answer = requests.post(f"{services.url}/auth/token", json=given, timeout=30)
        context = browser.new_context(
            viewport=SIZE, color_scheme="light", reduced_motion="reduce", locale="en-US"
        )
        context.add_cookies([{"name": "_token", "value": answer.json()["access_token"], "url": services.url}])
        page = context.new_page()
        page.set_default_timeout(4 * TIMEOUT_MS)
        page.goto(f"{services.url}/connections")
        page.get_by_role("button", name="Add Connection").click()
        form = page.get_by_role("dialog")
        form.locator("input[name=connection_id]").fill("hubspot_other")
        form.get_by_role("combobox").first.fill("HubSpot")
        page.get_by_role("option", name="HubSpot (crm_sync)").click()
        expect(form.get_by_text("Access token or client secret")).to_be_visible()
        # nothing has the cursor, so no caret blinks in the picture
        form.get_by_text("Add Connection").click()
        path = CHECKOUT / "docs/images/connection.png"
        page.screenshot(path=path)
        assert path.stat().st_size < 150_000
        context.close()
