"""Generated data, activity, the state file, static mode, request log, command line."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from sandbox.frame.config import DEFAULT_ANCHOR
from sandbox.frame.journal import JournalMismatchError
from sandbox.frame.rate_limits import RollingWindow
from sandbox.frame.request_log import LoggedRequest, RequestLog
from sandbox.hubspot import HubSpotSandbox

ROOT = Path(__file__).parents[2]
ANCHOR_MS = round(DEFAULT_ANCHOR.timestamp() * 1000)


def _all_properties(fake):
    return {
        name: {record.id: record.properties for record in store.records.values()}
        for name, store in fake.store.types.items()
    }


def test_data_of_the_same_seed_is_the_same_and_of_another_seed_is_not():
    counts = {"contacts": 60, "companies": 30, "deals": 20}
    one, same, other = (HubSpotSandbox(counts=counts, seed=seed) for seed in (1, 1, 2))
    assert _all_properties(one) == _all_properties(same)
    assert _all_properties(one) != _all_properties(other)


def test_account_has_20000_records_where_nothing_else_is_asked_for():
    counts = HubSpotSandbox().store.counts()
    main = ("contacts", "companies", "deals", "tickets", "products", "line_items", "calls")
    assert sum(counts[name]["live"] + counts[name]["archived"] for name in main) == 20_000
    assert counts["owners"] == {"live": 36, "archived": 4}
    assert counts["contacts"] == {"live": 7840, "archived": 160}


def test_data_lies_before_the_anchor(shared):
    for store in shared.fake.store.types.values():
        for record in store.records.values():
            assert record.created_ms <= record.modified_ms < ANCHOR_MS
            assert record.archived_ms is None or record.modified_ms < record.archived_ms < ANCHOR_MS


@pytest.mark.parametrize(
    ("type_name", "name", "sample"),
    [
        ("contacts", "email", "not-an-email"),
        ("contacts", "phone", "call after 5pm"),
        ("contacts", "total_revenue", "1,234.50"),
        ("contacts", "firstname", "🔥"),
        ("contacts", "first_conversion_date", "1572480000000"),
        ("deals", "amount", "-250.00"),
        ("deals", "closedate", "not a date"),
        ("companies", "website", "www2.example.com"),
    ],
)
def test_data_holds_a_small_share_of_awkward_values(shared, type_name, name, sample):
    values = [record.properties[name] for record in shared.fake.store.types[type_name].records.values()]
    assert 0 < values.count(sample) < len(values) * 0.01


def test_data_holds_blanks_of_three_kinds(shared):
    page = shared.get("/crm/v3/objects/contacts", limit=100, properties="fax").json()
    kinds = {record["properties"].get("fax", "missing") for record in page["results"]}
    after = page["paging"]["next"]["after"]
    while "missing" not in kinds:
        page = shared.get("/crm/v3/objects/contacts", limit=100, properties="fax", after=after).json()
        after = page["paging"]["next"]["after"]
        kinds |= {record["properties"].get("fax", "missing") for record in page["results"]}
    assert {None, "", "missing"} <= kinds


def test_data_without_quirks_is_clean():
    fake = HubSpotSandbox(counts={"contacts": 400}, quirks=False)
    emails = [record.properties["email"] for record in fake.store.types["contacts"].records.values()]
    assert all(email.endswith("@example.com") for email in emails if email)


def test_activity_is_recent_and_survives_a_restart(tmp_path):
    state = str(tmp_path / "changes.jsonl")
    runs = [HubSpotSandbox(counts={"contacts": 300}, state=state, activity=20) for _ in range(3)]
    again = HubSpotSandbox(counts={"contacts": 300}, state=state)
    assert _all_properties(again) == _all_properties(runs[-1])
    lines = [json.loads(line) for line in Path(state).read_text().splitlines()[1:]]
    assert len(lines) == 60
    assert {line["op"] for line in lines} == {"create", "update", "archive", "restore"}
    assert all(110 < time.time() - line["at_ms"] / 1000 < 370 for line in lines)


def test_state_of_other_data_is_refused_and_a_torn_line_is_dropped(tmp_path):
    state = tmp_path / "changes.jsonl"
    fake = HubSpotSandbox(counts={"contacts": 10}, state=str(state))
    fake.changes.create("contacts", {"email": "new@example.com"})
    with pytest.raises(JournalMismatchError):
        HubSpotSandbox(counts={"contacts": 11}, state=str(state))
    with state.open("a") as out:
        out.write('{"op": "crea')
    assert HubSpotSandbox(counts={"contacts": 10}, state=str(state)).store.ids("contacts")[-1]
    assert state.read_text().endswith("}\n")


def test_static_mode_serves_every_record_once_with_the_asked_properties(start_fake):
    caller = start_fake(static="contacts", counts=None, records=1234)
    ids, after = [], None
    while True:
        page = caller.get(
            "/crm/v3/objects/contacts", limit=100, properties="email,city,nothing", after=after
        ).json()
        ids += [record["id"] for record in page["results"]]
        names = {"email", "city", "createdate", "lastmodifieddate", "hs_object_id"}
        assert all(record["properties"].keys() == names for record in page["results"])
        assert all(record["createdAt"] <= record["updatedAt"] for record in page["results"])
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert ids == [str(101 + 50 * number) for number in range(1234)]
    assert caller.get("/crm/v3/objects/contacts", archived="true").json() == {"results": []}
    assert caller.get("/crm/objects/2026-03/0-1", limit=1, after="102").json()["results"][0]["id"] == "151"
    assert caller.get("/crm/v3/owners").json() == {"results": []}
    newest = {"sorts": [{"propertyName": "hs_object_id", "direction": "DESCENDING"}], "limit": 1}
    found = caller.post("/crm/v3/objects/contacts/search", newest).json()
    assert (found["total"], found["results"][0]["id"]) == (1234, str(101 + 50 * 1233))
    filters = [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}]}]
    assert caller.post("/crm/v3/objects/contacts/search", {"filterGroups": filters}).status_code == 400


def test_rolling_window_frees_a_place_when_its_oldest_request_is_a_window_old():
    window = RollingWindow(2, 1.0)
    taken = [window.try_take(at) for at in (0.0, 0.5, 0.9, 0.99, 1.0, 1.2, 1.5)]
    assert taken == [True, True, False, False, True, False, True]
    assert window.remaining(9.0) == 2


def _log_of(*times, status=200):
    log = RequestLog()
    log._entries = [LoggedRequest(at, at, "GET", "/x", "", b"", status, "general", 0) for at in times]
    return log


def test_request_log_finds_the_fullest_window_and_the_use_of_the_limit():
    bursts = _log_of(*(second for second in range(5) for _ in range(5)))
    assert bursts.max_in_window(1.0) == 5
    assert _log_of(0.0, 0.9, 1.0, 1.1, 1.8).max_in_window(1.0) == 4
    assert _log_of(*(n / 5 for n in range(51))).utilisation(5, 1.0) == pytest.approx(1.0)
    assert _log_of(*(n / 4 for n in range(41))).utilisation(5, 1.0) == pytest.approx(0.8)
    assert _log_of(1.0).utilisation(5, 1.0) == 0.0


def test_request_log_holds_what_was_asked_and_answered(caller):
    caller.get("/crm/v3/objects/contacts", limit=1)
    caller.search("contacts", limit=1)
    listed, searched = caller.fake.requests.entries()
    assert (listed.method, listed.path, listed.query, listed.status) == (
        "GET",
        "/crm/v3/objects/contacts",
        "limit=1",
        200,
    )
    assert (listed.bucket, searched.bucket) == ("general", "search")
    assert json.loads(searched.request_body)["limit"] == 1
    assert searched.body_bytes > 100
    assert abs(listed.at - time.time()) < 5
    by_http = caller.get("/_sandbox/requests", bucket="search").json()
    assert (by_http["total"], by_http["results"][0]["path"]) == (1, "/crm/v3/objects/contacts/search")
    summary = caller.get("/_sandbox/requests/summary", limit=5, window_s=1).json()
    assert (summary["count"], summary["by_status"], summary["max_in_window"]) == (2, {"200": 2}, 2)
    caller.session.delete(f"{caller.fake.url}/_sandbox/requests", timeout=5)
    assert len(caller.fake.requests) == 0


def test_latency_delays_answers_and_lets_them_overlap(start_fake):
    from concurrent.futures import ThreadPoolExecutor

    caller = start_fake(latency_ms=150)
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: caller.get("/crm/v3/owners"), range(8)))
    # eight one after the other take 1.2 s
    assert 0.15 <= time.monotonic() - started < 1.1


def test_clock_by_http_moves_the_date_header(caller):
    before = caller.get("/crm/v3/owners").headers["Date"]
    caller.post("/_sandbox/clock", {"offset_s": 86_400})
    assert caller.get("/crm/v3/owners").headers["Date"] != before
    assert caller.get("/_sandbox").json()["clock_offset_s"] == 86_400


def test_unknown_paths_answer_404_and_wrong_methods_405(caller):
    assert caller.get("/crm/v3/nothing/here").status_code == 404
    assert caller.get("/").status_code == 404
    assert caller.get("/_sandbox/nothing").status_code == 404
    assert caller.post("/crm/v3/owners", {}).status_code == 405


def test_command_line_announces_its_url_serves_and_ends(tmp_path):
    url_file = tmp_path / "url"
    command = [sys.executable, "-m", "sandbox.hubspot", "--records", "100", "--url-file", str(url_file)]
    command += ["--state", str(tmp_path / "state"), "--activity", "3", "--no-rate-limits", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:  # own command line
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            url = line.removeprefix("listening on ").strip()
            assert url_file.read_text().strip() == url
            assert requests.get(f"{url}/_sandbox", timeout=5).json()["records"]["contacts"]["live"] > 30
        finally:
            process.terminate()
            process.wait(timeout=10)
