"""SalesRabbit fake: the requests that public programs send, and what they read from the answers.

SalesRabbit has no client on PyPI or npm. So the reading requests of four unlike programs are sent as theirs
look on the wire: an importer in PHP, a connector with a page size of another name, a dashboard that counts
status events, and a trigger that asks for the latest ones.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.salesrabbit import SalesRabbitSandbox
from tests.sandbox.test_salesrabbit_lists import get, ids


@pytest.fixture(scope="module")
def fake():
    with SalesRabbitSandbox(counts={"leads": 2_300, "users": 30}, rate_limits=False).serve() as running:
        yield running


def test_importer_that_pages_by_creation_date_gets_every_lead(fake):
    found, page = [], 1
    while records := ids(get(fake, "/leads", perPage=1000, page=page, sortBy="dateCreated", order="asc")):
        found += records
        page += 1
    assert (sorted(found), page) == (fake.store.ids("leads"), 4)


def test_connector_with_a_page_size_of_another_name_gets_pages_of_the_cap(fake):
    """It takes a page below its own 200 for the last: here by luck none is."""
    found, sizes, page = [], [], 1
    while True:
        records = ids(get(fake, "/leads", page=page, pageSize=200))
        found += records
        sizes.append(len(records))
        if len(records) < 200:
            break
        page += 1
    assert sizes == [2_000, 300, 0]
    assert sorted(found) == fake.store.ids("leads")


def test_dashboard_reads_status_events_until_a_page_has_no_new_lead(fake):
    since = {"If-Status-Modified-Since": "2020-01-01T00:00:00.000Z"}
    seen, events, page = set(), 0, 1
    while True:
        data = get(fake, "/leadStatusHistories", since, perPage=2000, page=page).json()["data"] or {}
        fresh = set(data) - seen
        if not fresh:
            break
        seen |= fresh
        events += sum(len(data[lead]) for lead in fresh)
        page += 1
    assert seen == set(map(str, fake.store.histories))
    assert events == sum(map(len, fake.store.histories.values()))


def test_dashboard_knows_reps_by_the_ids_of_status_events(fake):
    users = {str(user["id"]): user for user in get(fake, "/users").json()["data"]}
    data = get(fake, "/leadStatusHistories").json()["data"]
    changed_by = {event["changedByUserId"] for events in data.values() for event in events}
    assert changed_by <= users.keys()
    assert all({"active", "team", "firstName", "lastName"} <= user.keys() for user in users.values())


def test_trigger_asks_for_one_activity_and_for_the_latest_with_milliseconds(fake):
    (one,) = get(fake, "/leadStatusActivities", perPage=1, page=1).json()["data"]
    assert isinstance(one, dict)
    now = {
        "If-Status-Modified-Since": datetime.now(UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    }
    assert get(fake, "/leadStatusActivities", now).status_code in (200, 304)
