"""What the page starts and follows through Airflow's own API, and where its links lead."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import requests
from playwright.sync_api import expect

from tests.browser import made_up_lists
from tests.browser.airflow_site import CSV, HUBSPOT

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]

_LONG_MS = 180_000
_REPLAYS = ("Replay rule required", "Replay all of contacts")


def test_chosen_rejects_are_replayed_and_the_run_is_followed_to_its_end(open_page, site):
    page = open_page()
    root = page.go("#/rejected/csv/zip_codes")
    root.get_by_role("button", name=re.compile("Record .* as it came")).first.click()
    expect(root.locator("pre")).to_contain_text('"zip_code"')
    root.get_by_role("checkbox", name="Choose all records shown").check()
    root.get_by_role("checkbox", name=re.compile("Choose record ")).first.uncheck()
    root.get_by_role("button", name="Replay 2 chosen records").click()
    followed = root.locator(".cs-followed")
    # the DAG is paused since it was made
    expect(followed).to_contain_text("the DAG is paused")
    expect(root.get_by_role("button", name="Replay all of zip_codes")).to_be_disabled()
    site.unpause(CSV)
    with site.working():
        expect(followed).to_contain_text("Success", timeout=_LONG_MS)
    expect(root.get_by_role("button", name="Replay all of zip_codes")).to_be_enabled()
    page.assert_accessible()
    (ids,) = site.warehouse.fetch_one(
        "select configuration -> 'options' -> 'replay_ids' from crm_sync.sync_history "
        "where sync_type = 'zip_codes' order by id desc limit 1"
    )
    assert len(ids) == 2
    seen = "select id from crm_sync.rejected_records where times_seen > 1 order by id"
    assert site.warehouse.fetch_all(seen) == [(number,) for number in sorted(ids)]
    followed.get_by_role("link").click()
    expect(page.page).to_have_url(re.compile(f"/dags/{CSV}/runs/"))


def test_what_is_replayed_is_chosen_by_record_by_rule_or_all(open_page):
    page, sent = open_page(), []
    page.expected.append("status of 400")

    def refuse(route):
        sent.append(route.request.post_data_json)
        route.fulfill(json={"detail": "The test takes no runs."}, status=400)

    page.page.route(re.compile("/dagRuns$"), refuse)
    page.answer("rejected", made_up_lists.build_rejected())
    root = page.go("#/rejected/hubspot/contacts?rule=required")
    followed = root.locator(".cs-followed")
    chosen = root.get_by_role("button", name=re.compile("chosen record"))
    expect(chosen).to_be_disabled()
    root.get_by_role("checkbox", name="Choose all records shown").check()
    root.get_by_role("checkbox", name=re.compile("Choose record c-1")).uncheck()
    for button in (chosen, *(root.get_by_role("button", name=name) for name in _REPLAYS)):
        button.click()
        expect(followed).to_contain_text("Replay: The test takes no runs.")
    shared = {"entities": ["contacts"], "replay_rejected": True}
    assert sent == [
        {"conf": {**shared, **more}, "logical_date": None}
        for more in ({"replay_ids": [2]}, {"replay_rule": "required"}, {})
    ]


@pytest.fixture
def run_at_work(site):
    """A run that a process works on: how it stands is told by `tell(done)`, and its end without a number."""
    (number,) = site.warehouse.fetch_one(
        "insert into crm_sync.sync_history (crm_source, sync_type, configuration) "
        """values ('hubspot', 'contacts', '{"table": "hubspot.contacts"}') returning id"""
    )
    site.warehouse.execute(
        "insert into crm_sync.sync_owners "
        "(sync_history_id, dag_id, run_id, try_number, in_process, host, pid, token) "
        "values (%s, %s, 'manual__at_work', 1, false, 'h', 1, gen_random_uuid())",
        (number, HUBSPOT),
    )

    def tell(done=None):
        if done is None:
            site.warehouse.execute(
                "update crm_sync.sync_history set status = 'success', end_time = now() where id = %s",
                (number,),
            )
            return
        since = datetime.now(UTC) - timedelta(seconds=10)
        told = {"stage": "fetch", "mode": "full", "done": done, "total": 240, "fetched": done}
        site.warehouse.execute(
            "update crm_sync.sync_owners set heartbeat_at = now(), "
            "progress = %s::jsonb || jsonb_build_object('token', token::text) where sync_history_id = %s",
            (json.dumps({**told, "since": since.isoformat()}), number),
        )

    yield tell
    site.warehouse.execute("delete from crm_sync.sync_history where id = %s", (number,))


def test_a_run_shows_its_progress_while_it_works_and_its_end(open_page, run_at_work):
    page = open_page()
    run_at_work(60)
    root = page.go("#/entity/hubspot/contacts")
    expect(root.locator("header .cs-badge")).to_have_text("Running")
    root.get_by_role("link", name=re.compile(r"^Run \d+$")).first.click()
    root = page.wait()
    bar = root.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "0.25")
    expect(root.locator(".cs-progress")).to_contain_text("Fetching")
    page.assert_accessible()
    run_at_work(120)
    expect(bar).to_have_attribute("value", "0.5")
    run_at_work()
    expect(root.locator("header .cs-badge")).to_have_text("Success")
    expect(bar).to_have_count(0)


def test_a_dry_run_shows_what_would_change(open_page, site):
    """It was made before Airflow was started: the page follows that run instead of a new one."""
    page, sent = open_page(), []

    def take(route):
        sent.append(route.request.post_data_json)
        route.fulfill(json={"dag_run_id": site.dry_run_id})

    page.page.route(re.compile("/dagRuns$"), take)
    root = page.go("#/compare/hubspot/companies")
    root.get_by_role("checkbox", name="Read the whole source").check()
    root.get_by_role("button", name="Start a dry run").click()
    expect(root.locator(".cs-card")).to_contain_text("Would be created")
    conf = {"dry_run": True, "entities": ["companies"], "full": True}
    assert sent == [{"conf": conf, "logical_date": None}]
    report = root.locator(".cs-card > ul > li")
    expect(report).to_have_text([re.compile("^2 would be updated, for example:"), "118 would be unchanged"])
    expect(report.first.get_by_role("listitem")).to_have_text([re.compile(r"\(.*city .* -> 'Changed")] * 2)


def test_a_comparison_is_started_with_its_method_and_its_proof_appears(open_page):
    page, sent = open_page(), []
    page.answer("compare/.*", made_up_lists.build_no_comparison())
    run = re.compile("/dags/crm_sync_verify(/dagRuns.*)?$")

    def take(route):
        if route.request.method == "POST":
            sent.append(route.request.post_data_json)
            page.answer("compare/.*", made_up_lists.build_comparison())
        route.fulfill(json={"dag_run_id": "manual__1", "is_paused": False, "state": "success"})

    page.page.route(run, take)
    root = page.go("#/compare/hubspot/contacts")
    expect(root.get_by_text("has not been compared")).to_be_visible()
    root.get_by_role("combobox", name="Method").select_option("slice")
    root.get_by_role("button", name="Compare now").click()
    expect(root.locator(".cs-followed").first).to_contain_text("Success")
    expect(root.get_by_text("2 of 500 records differ.")).to_be_visible()
    conf = {"crm_source": "hubspot", "entities": ["contacts"], "method": "slice"}
    assert sent == [{"conf": conf, "logical_date": None}]


def test_a_viewer_sees_no_values_and_starts_no_runs(open_page):
    page = open_page("viewer")
    root = page.go("#/rejected/csv/zip_codes")
    expect(root.get_by_text("Values are hidden")).to_be_visible()
    expect(root.get_by_role("button", name=re.compile("as it came"))).to_have_count(0)
    page.expected.append("status of 403")
    root.get_by_role("button", name="Replay all of zip_codes").click()
    expect(root.locator(".cs-followed")).to_contain_text("you have no right to start runs of this DAG")


def test_data_is_text_and_never_markup(open_page):
    page = open_page()
    evil = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    page.answer("rejected", made_up_lists.build_rejected(error=evil))
    root = page.go("#/rejected/hubspot/contacts")
    expect(root.get_by_text(evil).first).to_be_visible()
    assert root.locator("img, script").count() == 0
    assert page.page.title() != "taken"


def test_a_task_links_to_its_entity_and_run_and_has_the_run_in_a_tab(open_page, site):
    page = open_page()
    task = f"dags/{HUBSPOT}/runs/{site.run_id}/tasks/contacts.save"
    page.page.goto(f"{site.url}/{task}/details")
    page.page.get_by_role("link", name="Entity in CRM Sync").click()
    expect(page.wait().get_by_role("heading", level=1)).to_have_text("contacts")
    page.page.go_back()
    page.page.get_by_role("link", name="Run in CRM Sync").click()
    root = page.wait()
    expect(root.locator("header .cs-badge")).to_have_text("Success")
    root.get_by_role("link", name="Task log").click()
    expect(page.page).to_have_url(re.compile("/tasks/contacts.save"))
    # the navigation and the trail of the page that is left have links of that name, too
    page.page.locator('a[href*="crm-sync-task"]').click()
    expect(page.wait().get_by_role("heading", level=1)).to_have_text(re.compile(r"^Run \d+$"))


def test_a_task_that_left_no_history_leads_to_its_entity(open_page):
    page = open_page()
    page.expected.append("status of 404")
    root = page.go(f"#/airflow-run/{HUBSPOT}/none/contacts")
    expect(root.get_by_role("alert")).to_contain_text("has left nothing in the history of contacts")
    root.get_by_role("link", name="contacts").click()
    expect(page.wait().get_by_role("heading", level=1)).to_have_text("contacts")


def test_the_tab_of_a_dag_shows_its_own_entities(open_page):
    page = open_page()
    root = page.go("", place=f"dags/{HUBSPOT}/plugin/crm-sync-dag")
    expect(root.locator("tbody tr")).to_have_count(6)
    assert set(root.locator("tbody .cs-name span.cs-muted").all_inner_texts()) == {"HubSpot"}
    root.get_by_role("link", name="companies").click()
    expect(page.wait().get_by_role("heading", level=1)).to_have_text("companies")
    page.assert_accessible()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_of_another_site_starts_no_run(site, kind):
    """A browser sends such a form with cookies where SameSite does not stop it; Airflow takes JSON alone."""
    answer = requests.post(
        f"{site.url}/api/v2/dags/{HUBSPOT}/dagRuns",
        data='{"logical_date": null, "conf": {}}',
        headers={"Content-Type": kind, "Origin": "https://evil.example"},
        cookies={"_token": site.log_in("admin")},
        timeout=30,
    )
    assert 400 <= answer.status_code < 500
