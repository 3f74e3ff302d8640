"""The Pipedrive fake read as public programs read: their requests, and what they take from the answers.

A connector of Singer (tap-pipedrive 2.1.0) has read the fake whole by its own code. It pins a jsonschema that
Airflow does not take, so its way of asking is written down here, beside those of others.
"""

from __future__ import annotations

import pytest

from sandbox.pipedrive import PipedriveSandbox
from tests.sandbox.pipedrive_caller import SMALL, get


@pytest.fixture(scope="module")
def fake():
    with PipedriveSandbox(counts={**SMALL, "deals": 140}, rate_limits=False).serve() as running:
        yield running


def test_connector_that_reads_newest_first_with_the_key_in_the_query(fake):
    """As a Singer tap does: all statuses, descending, next_cursor until it is empty."""
    order = {"sort_by": "update_time", "sort_direction": "desc", "limit": 50}
    params = {**order, "api_token": fake.config.api_token, "include_fields": "next_activity_id"}
    params |= {"status": "open,won,lost,deleted"}
    found, cursor = [], None
    while True:
        asked = params if cursor is None else {**params, "cursor": cursor}
        payload = get(fake, "/api/v2/deals", headers={}, **asked).json()
        assert payload["success"]
        found += payload["data"]
        cursor = payload["additional_data"]["next_cursor"]
        if not cursor:
            break
    live = [one for one in fake.store.ids("deals") if one not in fake.store.tables["deals"].archived]
    assert sorted(one["id"] for one in found) == live
    times = [one["update_time"] or "" for one in found]
    assert times == sorted(times, reverse=True)
    assert all("next_activity_id" in one for one in found)


def test_connector_that_takes_its_columns_from_the_v1_definitions(fake):
    """As it and dlt's source do: `key` and `name`, in pages by offset."""
    keys, start, more = {}, 0, True
    while more:
        payload = get(fake, "/v1/dealFields", start=start, limit=4).json()
        keys |= {one["key"]: one["name"] for one in payload["data"]}
        paging = payload["additional_data"]["pagination"]
        more, start = paging["more_items_in_collection"], paging.get("next_start", 0)
    record = get(fake, "/api/v2/deals", limit=1).json()["data"][0]
    named = {keys[code]: value for code, value in record["custom_fields"].items()}
    assert set(named) >= {"Lead score", "Roof type"}


def test_importer_that_reads_by_ids_and_its_missing_ones(fake):
    wanted = fake.store.ids("persons")[:3]
    assert [get(fake, f"/api/v2/persons/{one}").json()["data"]["id"] for one in wanted] == wanted
    assert get(fake, "/api/v2/persons/999999").json()["success"] is False


def test_program_of_the_old_interface_is_told_that_it_is_gone(fake):
    answer = get(fake, "/v1/deals", headers={}, api_token=fake.config.api_token, start=0, limit=100)
    assert answer.status_code == 410
    assert answer.json()["success"] is False
