"""The Pipedrive fake's lists: pages of both generations, filters, deletions, archives, fields."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.pipedrive import PipedriveSandbox
from tests.sandbox.pipedrive_caller import SMALL, get, ids

ALL = "open,won,lost,deleted"
DAY_S = 24 * 3600


@pytest.fixture(scope="module")
def still():
    """Tests only read it."""
    with PipedriveSandbox(counts=SMALL, rate_limits=False).serve() as fake:
        yield fake


@pytest.fixture
def fake():
    with PipedriveSandbox(counts=SMALL, rate_limits=False).serve() as running:
        yield running


def walk(fake, path, **params):
    """Ids of all pages, each as it came."""
    pages, cursor = [], {}
    while True:
        answer = get(fake, path, **params, **cursor).json()
        pages.append([one["id"] for one in answer["data"]])
        token = (answer["additional_data"] or {}).get("next_cursor")
        if token is None:
            return pages
        cursor = {"cursor": token}


@pytest.mark.parametrize("by", ["id", "add_time", "update_time"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_cursor_leads_to_every_record_once_in_order(still, by, direction):
    pages = walk(still, "/api/v2/persons", limit=25, sort_by=by, sort_direction=direction)
    assert [len(page) for page in pages] == [25, 25, 10]
    found = [one for page in pages for one in page]
    assert sorted(found) == still.store.ids("persons")
    keys = [(still.store.get("persons", one)[by], one) for one in found]
    assert keys == sorted(keys, reverse=direction == "desc")


def test_cursor_belongs_to_its_request(still):
    token = get(still, "/api/v2/persons", limit=5).json()["additional_data"]["next_cursor"]
    assert get(still, "/api/v2/persons", limit=5, cursor=token).status_code == 200
    assert get(still, "/api/v2/persons", limit=6, cursor=token).status_code == 400
    assert get(still, "/api/v2/deals", limit=5, cursor=token).status_code == 400
    assert get(still, "/api/v2/persons", limit=5, cursor="made-up").status_code == 400


@pytest.mark.parametrize(
    "params",
    [{"limit": 501}, {"limit": 0}, {"limit": "many"}, {"sort_by": "colour"}, {"sort_direction": "up"},
     {"updated_since": "2026-01-01T00:00:00.5Z"}, {"updated_since": "2026-01-01T00:00:00.000000+00:00"},
     {"updated_until": "yesterday"}, {"status": "open,closed"}],
    ids=str,
)  # fmt: skip
def test_parameter_that_v2_does_not_take_is_a_400(still, params):
    answer = get(still, "/api/v2/deals", **params)
    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert answer.json()["code"] == "ERR_SCHEMA_VALIDATION_FAILED"


def test_long_limit_is_cut_where_the_knob_says_so():
    with PipedriveSandbox(counts={"persons": 510}, long_limit="cut", rate_limits=False).serve() as fake:
        assert len(ids(get(fake, "/api/v2/persons", limit=501))) == 500
        assert len(ids(get(fake, "/api/v2/persons"))) == 100


def test_lower_bound_is_inclusive_and_the_upper_one_is_not(fake):
    first, second, third = fake.store.ids("deals")[:3]
    for at_s, one in ((100, first), (101, second), (102, third)):
        fake.changes.touch("deals", [one], at_ms=(1_900_000_000 + at_s) * 1000)
    bounds = [
        datetime.fromtimestamp(1_900_000_000 + at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for at_s in (101, 102)
    ]
    assert ids(get(fake, "/api/v2/deals", updated_since=bounds[0])) == [second, third]
    assert ids(get(fake, "/api/v2/deals", updated_since=bounds[0], updated_until=bounds[1])) == [second]
    fake.changes.touch("products", fake.store.ids("products")[:1], at_ms=1_900_000_102_000)
    assert len(ids(get(fake, "/api/v2/products", updated_since=bounds[0], updated_until=bounds[0]))) == 1


def test_saved_filter_switches_the_others_off(still):
    bounds = {"updated_since": "2100-01-01T00:00:00Z", "owner_id": 11}
    assert ids(get(still, "/api/v2/persons", **bounds)) == []
    assert len(ids(get(still, "/api/v2/persons", **bounds, filter_id=1))) == 60


def test_ids_are_at_most_a_hundred(still):
    two = still.store.ids("persons")[:2]
    assert ids(get(still, "/api/v2/persons", ids=",".join(map(str, two)))) == two
    assert get(still, "/api/v2/persons", ids=",".join(map(str, range(101)))).status_code == 400


def test_archived_deals_are_in_the_other_list_alone(fake):
    archived = [one["id"] for one in fake.store.tables["deals"].records.values() if one["is_archived"]]
    assert ids(get(fake, "/api/v2/deals/archived")) == archived
    assert not set(archived) & set(ids(get(fake, "/api/v2/deals", status=ALL)))
    fake.changes.unarchive("deals", archived[0])
    assert archived[0] in ids(get(fake, "/api/v2/deals"))
    assert ids(get(fake, "/api/v2/deals/archived")) == archived[1:]


def test_deleted_deal_has_a_status_for_thirty_days(fake):
    one = fake.store.list_live("deals")[2]
    fake.changes.delete("deals", one)
    assert one not in ids(get(fake, "/api/v2/deals"))
    shown = get(fake, "/api/v2/deals", status="deleted").json()["data"]
    assert [(two["id"], two["is_deleted"], two["status"]) for two in shown] == [(one, True, "deleted")]
    fake.changes.restore("deals", one)
    assert one in ids(get(fake, "/api/v2/deals", status="open"))
    fake.changes.delete("deals", one)
    fake.clock.advance(31 * DAY_S)
    assert ids(get(fake, "/api/v2/deals", status="deleted")) == []


def test_other_deleted_records_vanish_from_list_and_id(fake):
    one = fake.store.ids("persons")[0]
    assert get(fake, f"/api/v2/persons/{one}").json()["data"]["id"] == one
    fake.changes.delete("persons", one)
    assert one not in ids(get(fake, "/api/v2/persons"))
    answer = get(fake, f"/api/v2/persons/{one}")
    assert (answer.status_code, answer.json()["error"]) == (404, "Person not found")


@pytest.mark.parametrize("moves", [True, False])
def test_deletion_and_archive_move_the_time_as_the_knobs_say(moves):
    settings = {"deletion_moves_time": moves, "archiving_moves_time": moves}
    with PipedriveSandbox(counts=SMALL, rate_limits=False, **settings).serve() as fake:
        one, two = fake.store.list_live("deals")[:2]
        before = [fake.store.get("deals", one)["update_time"] for one in (one, two)]
        fake.changes.delete("deals", one)
        fake.changes.archive("deals", two)
        after = [fake.store.get("deals", one)["update_time"] for one in (one, two)]
        assert [old != new for old, new in zip(before, after, strict=True)] == [moves, moves]


def test_merge_deletes_the_loser_and_names_nobody(fake):
    winner, loser = fake.store.ids("persons")[:2]
    fake.changes.merge("persons", winner, loser)
    found = ids(get(fake, "/api/v2/persons"))
    assert winner in found
    assert loser not in found
    assert str(loser) not in str(get(fake, f"/api/v2/persons/{winner}").json())


def test_leads_come_by_offset_until_a_flag_is_false(still):
    found, start, more = [], 0, True
    while more:
        answer = get(still, "/api/v1/leads", start=start, limit=15, sort="id ASC").json()
        found += [one["id"] for one in answer["data"]]
        paging = answer["additional_data"]["pagination"]
        more, start = paging["more_items_in_collection"], paging.get("next_start")
    assert start is None, "the last page names no next one"
    archived = ids(get(still, "/api/v1/leads/archived"))
    assert sorted([*found, *archived]) == still.store.ids("leads")
    assert archived


def test_archived_leads_know_no_bound(fake):
    future = "2100-01-01T00:00:00Z"
    assert ids(get(fake, "/api/v1/leads", updated_since=future)) == []
    assert ids(get(fake, "/api/v1/leads/archived", updated_since=future))


@pytest.mark.parametrize(("how", "size"), [("cut", 500), ("default", 100)])
def test_long_v1_limit_is_cut_or_falls_back_without_a_word(how, size):
    with PipedriveSandbox(counts={"leads": 700}, v1_long_limit=how, rate_limits=False).serve() as fake:
        assert len(ids(get(fake, "/api/v1/leads", limit=501))) == size


def test_users_are_one_answer_whatever_is_asked(still):
    answer = get(still, "/api/v1/users", start=3, limit=2).json()
    assert [one["id"] for one in answer["data"]] == still.store.ids("users")
    assert "additional_data" not in answer


@pytest.mark.parametrize("name", ["deals", "persons", "organizations", "activities", "products", "stages"])
@pytest.mark.parametrize("status", [410, 404])
def test_v1_list_with_a_twin_in_v2_is_retired(name, status):
    with PipedriveSandbox(counts=SMALL, retired_status=status).serve() as fake:
        assert get(fake, f"/api/v1/{name}").status_code == status


def test_empty_v1_collection_is_null_where_the_knob_says_so():
    with PipedriveSandbox(counts={"leads": 0}, null_data=True).serve() as fake:
        assert get(fake, "/api/v1/leads").json()["data"] is None
        assert get(fake, "/api/v2/deals").json()["data"] == []


def test_last_page_has_a_null_cursor_or_nothing():
    for ends, wanted in ((False, {"next_cursor": None}), (True, None)):
        with PipedriveSandbox(counts=SMALL, ends_without_cursor=ends).serve() as fake:
            assert get(fake, "/api/v2/stages").json()["additional_data"] == wanted


def test_definitions_differ_from_kind_to_kind_and_name_values_by_a_hash(still):
    codes = {}
    for name, kind in (("dealFields", "deals"), ("personFields", "persons")):
        listed = get(still, f"/api/v2/{name}", limit=500).json()["data"]
        codes[kind] = {one["field_code"] for one in listed if one["is_custom_field"]}
        record = get(still, f"/api/v2/{kind}", limit=1).json()["data"][0]
        assert set(record["custom_fields"]) == codes[kind]
        assert all(len(code) == 40 and int(code, 16) for code in codes[kind])
    assert not codes["deals"] & codes["persons"]
    lead = get(still, "/api/v1/leads", limit=1).json()["data"][0]
    assert "custom_fields" not in lead
    assert {key for key in lead if len(key) == 40} <= codes["deals"]


def test_further_fields_are_there_only_where_they_are_asked_for(still):
    assert "attendees" not in get(still, "/api/v2/activities", limit=1).json()["data"][0]
    assert (
        "attendees" in get(still, "/api/v2/activities", limit=1, include_fields="attendees").json()["data"][0]
    )


def test_same_seed_gives_the_same_data_and_another_seed_does_not():
    one, same, other = (PipedriveSandbox(counts=SMALL, seed=seed).store for seed in (7, 7, 8))
    assert one.tables["persons"].records == same.tables["persons"].records
    assert one.tables["persons"].records != other.tables["persons"].records


def test_changes_survive_a_restart(tmp_path):
    settings = {"counts": SMALL, "state": str(tmp_path / "state")}
    fake = PipedriveSandbox(**settings)
    one, two = fake.store.list_live("deals")[:2]
    fake.changes.archive("deals", one)
    fake.changes.delete("deals", two)
    made = fake.changes.create("leads")
    again = PipedriveSandbox(**settings)
    assert one in again.store.tables["deals"].archived
    assert two in again.store.tables["deals"].deleted_ms
    assert again.store.get("leads", made) == fake.store.get("leads", made)


def test_activity_changes_something_of_each_kind_that_a_delta_has_to_find(tmp_path):
    quiet = PipedriveSandbox(counts=SMALL)
    busy = PipedriveSandbox(counts=SMALL, activity=40)
    assert len(busy.store.ids("activities")) > len(quiet.store.ids("activities"))
    assert len(busy.store.tables["deals"].archived) == len(quiet.store.tables["deals"].archived) + 1
    assert busy.store.tables["deals"].deleted_ms
    assert busy.store.tables["persons"].deleted_ms
