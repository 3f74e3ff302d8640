"""The CallRail fake's data: generation, changes, activity, the state file, the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from sandbox.callrail import CallRailConfig, CallRailSandbox
from sandbox.frame.journal import JournalMismatchError
from tests.sandbox.callrail_caller import open_callrail

ROOT = Path(__file__).parents[2]
CALLS = "/a/{a}/calls.json"
ANCHOR = datetime(2026, 11, 1, 12, tzinfo=UTC)


def _all_fields(fake: CallRailSandbox) -> dict[str, dict[str, object]]:
    return {
        kind: {one.id: (one.account, one.fields, one.at_ms, one.is_spam) for one in records.values()}
        for kind, records in fake.store.records.items()
    }


def test_data_of_the_same_seed_is_the_same_and_of_another_is_not():
    one, same, other = (
        _all_fields(CallRailSandbox(records=400, seed=seed, anchor=ANCHOR)) for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_data_lies_before_the_anchor_and_uses_numbers_and_addresses_of_nobody():
    fake = CallRailSandbox(records=2_000, anchor=ANCHOR)
    for kind, records in fake.store.records.items():
        for record in records.values():
            assert to_seconds(record.at_ms) < ANCHOR.timestamp(), kind
    for call in fake.store.records["calls"].values():
        assert (
            call.fields["customer_phone_number"] == "anonymous"
            or "55501" in call.fields["customer_phone_number"]
        )
    for user in fake.store.records["users"].values():
        assert user.fields["email"].endswith("@example.test")


def to_seconds(ms: int) -> float:
    return ms / 1000


def test_data_holds_a_small_share_of_awkward_values():
    fake = CallRailSandbox(records=8_000, anchor=ANCHOR)
    calls = [one.fields for one in fake.store.records["calls"].values()]
    trackers = [one.fields for one in fake.store.records["trackers"].values()]
    companies = [one.fields for one in fake.store.records["companies"].values()]
    shares = {
        "anonymous": sum(one["customer_phone_number"] == "anonymous" for one in calls) / len(calls),
        "duration null": sum(one["duration"] is None for one in calls) / len(calls),
        "text duration": sum(isinstance(one["recording_duration"], str) for one in calls) / len(calls),
        "text source": sum(isinstance(one["source"], str) for one in trackers) / len(trackers),
        "text numbers": sum(isinstance(one["tracking_numbers"], str) for one in trackers) / len(trackers),
        "legacy zone": sum("/" not in one["time_zone"] for one in companies) / len(companies),
    }
    assert all(0 < share < 0.2 for share in shares.values()), shares
    assert all(one["value"] is None or isinstance(one["value"], str) for one in calls)


def test_call_marked_as_spam_vanishes_from_the_list_and_comes_back():
    with open_callrail() as caller:
        window = {"per_page": 250, **caller.days()}
        before = caller.list_ids(CALLS, "calls", **window)
        caller.fake.changes.mark_spam(before[3])
        assert caller.list_ids(CALLS, "calls", **window) == [one for one in before if one != before[3]]
        caller.fake.changes.mark_spam(before[3], is_spam=False)
        assert caller.list_ids(CALLS, "calls", **window) == before


def test_late_edit_moves_no_date():
    with open_callrail() as caller:
        call = caller.page(CALLS, per_page=1, fields="note", **caller.days())["calls"][0]
        caller.fake.changes.update("calls", call["id"], {"note": "edited"})
        again = caller.get(f"/a/{{a}}/calls/{call['id']}.json", fields="note").json()
    assert again == {**call, "note": "edited"}


def test_new_call_may_be_listed_late():
    with open_callrail(counts={"calls": 5}, late_s=600) as caller:
        new = caller.fake.changes.create("calls", account=caller.account)
        assert new not in caller.list_ids(CALLS, "calls", **caller.days())
        caller.fake.clock.advance(601)
        assert new in caller.list_ids(CALLS, "calls", **caller.days())


def test_new_message_moves_a_conversation_into_the_latest_days():
    with open_callrail() as caller:
        oldest = min(caller.fake.store.of_account("text_messages", caller.account), key=lambda one: one.at_ms)
        assert oldest.id not in caller.list_ids("/a/{a}/text-messages.json", "conversations")
        caller.fake.changes.add_message(oldest.id, "Are you open?")
        shown = caller.page("/a/{a}/text-messages.json")["conversations"][0]
    assert (shown["id"], shown["recent_messages"][-1]["content"]) == (oldest.id, "Are you open?")
    assert all("id" not in message for message in shown["recent_messages"])


@pytest.mark.parametrize(
    ("kind", "word"), [("companies", "active"), ("trackers", "active"), ("tags", "enabled")]
)
def test_disabled_object_stays_listed(kind, word):
    with open_callrail() as caller:
        one = next(
            r for r in caller.fake.store.of_account(kind, caller.account) if r.fields["status"] == word
        )
        caller.fake.changes.disable(kind, one.id)
        shown = {str(r["id"]): r for r in caller.page(f"/a/{{a}}/{kind}.json", per_page=250)[kind]}
        assert shown[one.id]["status"] == "disabled"
        assert kind == "tags" or shown[one.id]["disabled_at"]
        caller.fake.changes.disable(kind, one.id, is_disabled=False)
        assert caller.fake.store.get(kind, one.id).fields["status"] == word


def test_removed_user_leaves_no_trace():
    with open_callrail() as caller:
        first, *rest = caller.list_ids("/a/{a}/users.json", "users")
        caller.fake.changes.remove("users", first)
        assert caller.list_ids("/a/{a}/users.json", "users") == rest


def test_change_between_two_pages_over_http():
    with open_callrail() as caller:
        body = {"op": "create", "kind": "calls", "before": {"path": "*/calls.json", "page": 2}}
        requests.post(f"{caller.fake.url}/_sandbox/changes", json=body, timeout=5)
        totals = [caller.page(CALLS, **caller.days())["total_records"] for _ in range(2)]
    assert totals[1] == totals[0] + 1


@pytest.mark.parametrize(
    "command", [{"op": "explode"}, {"op": "update", "kind": "calls", "id": "CAL0", "fields": {}}]
)
def test_wrong_change_is_refused(command):
    with open_callrail(counts={"calls": 2}) as caller:
        assert (
            requests.post(f"{caller.fake.url}/_sandbox/changes", json=command, timeout=5).status_code == 400
        )


def test_activity_is_recent_and_survives_a_restart(tmp_path):
    state = str(tmp_path / "changes.jsonl")
    runs = [CallRailSandbox(records=600, state=state, activity=30) for _ in range(3)]
    again = CallRailSandbox(records=600, state=state)
    assert _all_fields(again) == _all_fields(runs[-1])
    lines = [json.loads(line) for line in Path(state).read_text().splitlines()[1:]]
    assert {line["op"] for line in lines} >= {"create", "update", "add_message", "remove"}
    now_ms = again.clock.now_ms()
    created = [line["at_ms"] for line in lines if line["op"] == "create"]
    assert all(100_000 < now_ms - at_ms < 400_000 for at_ms in created)


def test_state_file_keeps_the_anchor_of_its_data(tmp_path):
    state = tmp_path / "changes.jsonl"
    first = CallRailSandbox(records=100, state=str(state), anchor=ANCHOR)
    # days later, without an anchor: the same data
    assert CallRailConfig(state=str(state)).find_anchor() == ANCHOR
    assert _all_fields(CallRailSandbox(records=100, state=str(state))) == _all_fields(first)
    with pytest.raises(JournalMismatchError):
        CallRailSandbox(records=101, state=str(state))


def test_anchor_of_fresh_data_is_the_running_hour():
    anchor = CallRailConfig().find_anchor()
    assert timedelta(0) <= datetime.now(UTC) - anchor < timedelta(hours=1, seconds=5)


def test_command_line_announces_its_url_serves_and_ends(tmp_path):
    url_file = tmp_path / "url"
    command = [sys.executable, "-m", "sandbox.callrail", "--records", "200", "--url-file", str(url_file)]
    command += ["--state", str(tmp_path / "state"), "--activity", "3", "--no-rate-limits", "--port", "0"]
    command += ["--forms-off", "1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("listening on ").strip()
            assert url_file.read_text().strip() == url
            shown = requests.get(f"{url}/_sandbox", timeout=5).json()
            assert (shown["vendor"], shown["records"]["accounts"]) == ("callrail", 2)
        finally:
            process.terminate()
            process.wait(timeout=10)
