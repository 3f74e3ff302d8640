"""Arrivy fake: seeds, changes, activity, the state file, control endpoints, the command line."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from sandbox.arrivy import ArrivySandbox
from sandbox.arrivy.times import read_naive
from sandbox.frame.journal import JournalMismatchError
from tests.sandbox.arrivy_caller import SMALL, ArrivyCaller

ROOT = Path(__file__).parents[2]


def _all(fake):
    return {kind: fake.store.fields(kind) for kind in fake.store.tables}


def test_data_of_the_same_seed_is_the_same_and_of_another_seed_is_not():
    one, same, other = (ArrivySandbox(counts=SMALL, seed=seed) for seed in (1, 1, 2))
    assert _all(one) == _all(same)
    assert _all(one) != _all(other)


def test_data_is_as_many_as_asked_for_and_older_than_the_anchor():
    fake = ArrivySandbox(records=1000)
    counts = fake.store.counts()
    assert sum(counts.values()) - counts["statuses"] == 1000
    anchor_ms = fake.config.anchor.timestamp() * 1000
    for fields in fake.store.fields("tasks"):
        assert read_naive(fields["created"]) <= read_naive(fields["updated"]) < anchor_ms


def test_changes_create_update_touch_and_remove():
    fake = ArrivySandbox(counts=SMALL, clock_offset_s=86_400)
    new = fake.changes.create("tasks", {"title": "Brand new"})
    table = fake.store.tables["tasks"]
    assert table[int(new)].fields["title"] == "Brand new"
    assert read_naive(table[int(new)].fields["updated"]) / 1000 == pytest.approx(time.time() + 86_400, abs=5)
    fake.changes.update("tasks", new, {"start_datetime": "2025-01-01T00:00:00"}, at_ms=1000)
    assert (table[int(new)].fields["updated"], table[int(new)].schedule_ms) == (
        "1970-01-01T00:00:01",
        1735689600000,
    )
    assert fake.changes.touch("tasks", at_ms=2000) == 241
    assert {fields["updated"] for fields in fake.store.fields("tasks")} == {"1970-01-01T00:00:02"}
    fake.changes.remove("tasks", new)
    assert new not in fake.store.ids("tasks")
    assert fake.changes.create("tasks") != new


@pytest.mark.parametrize(
    "command",
    [
        {"op": "explode", "type": "tasks"},
        {"op": "create", "type": "things"},
        {"op": "create", "type": "groups", "id": 0},
    ],
    ids=["operation", "kind", "taken id"],
)
def test_changes_refuse_what_they_do_not_know(command):
    fake = ArrivySandbox(counts=SMALL)
    if command.get("id") == 0:
        command = {**command, "id": fake.store.ids("groups")[0]}
    with pytest.raises(ValueError, match=r"unknown|exists"):
        fake.change(command)


def test_activity_is_recent_visible_to_deltas_and_survives_a_restart(tmp_path):
    state = str(tmp_path / "changes.jsonl")
    runs = [ArrivySandbox(counts=SMALL, state=state, activity=20) for _ in range(3)]
    again = ArrivySandbox(counts=SMALL, state=state)
    assert _all(again) == _all(runs[-1])
    lines = [json.loads(line) for line in Path(state).read_text().splitlines()[1:]]
    assert len(lines) == 60
    assert {line["op"] for line in lines} == {"create", "update", "remove"}
    assert all(110 < time.time() - line["at_ms"] / 1000 < 370 for line in lines)
    recent = (time.time() - 21 * 86_400) * 1000
    for line in lines:
        table = again.store.tables[line["type"]]
        if line["op"] == "update" and int(line["id"]) in table:
            at = table[int(line["id"])].schedule_ms
            assert at is None or at > recent


def test_state_of_other_data_is_refused(tmp_path):
    state = str(tmp_path / "changes.jsonl")
    ArrivySandbox(counts=SMALL, state=state)
    with pytest.raises(JournalMismatchError):
        ArrivySandbox(counts=SMALL, state=state, seed=8)


def test_control_lists_requests_makes_changes_and_faults():
    with ArrivySandbox(counts=SMALL, rate_limits=False).serve() as fake:
        caller = ArrivyCaller(fake)
        caller.get("/tasks", page=2)
        listed = caller.control("GET", "/requests").json()["results"]
        assert [(one["path"], one["query"]) for one in listed] == [("/api/tasks", "page=2")]
        made = caller.control(
            "POST", "/changes", {"op": "create", "type": "groups", "fields": {"name": "X"}}
        ).json()
        assert made["id"] in fake.store.ids("groups")
        moment = {"path": "/api/groups", "page": 1}
        change = {"op": "remove", "type": "groups", "id": made["id"], "before": moment}
        assert caller.control("POST", "/changes", change).json() == {"waiting": moment}
        assert int(made["id"]) not in caller.walk("/groups")
        caller.control("POST", "/faults", {"kind": "status", "code": 418, "path": "/api/groups"})
        assert caller.get("/groups").status_code == 418
        assert caller.control("GET", "").json()["records"]["tasks"] == 240


def test_command_line_announces_the_address_of_the_api_and_ends(tmp_path):
    url_file = tmp_path / "url"
    command = [sys.executable, "-m", "sandbox.arrivy", "--records", "100", "--url-file", str(url_file)]
    command += ["--state", str(tmp_path / "state"), "--activity", "3", "--port", "0", "--auth-key", "own"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("listening on ").strip()
            assert url_file.read_text().strip() == url
            assert url.endswith("/api")
            headers = {"X-Auth-Key": "own", "X-Auth-Token": "sandbox-token"}
            assert requests.get(f"{url}/users/profile", headers=headers, timeout=5).status_code == 200
        finally:
            process.terminate()
            process.wait(timeout=10)
