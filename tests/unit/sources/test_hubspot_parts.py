"""HubSpot's words without a server: paths, searches, links, and what its nine entities say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm_sync.config.rest_links import LinkPair
from crm_sync.exceptions import ConfigError, UnexpectedResponseError
from crm_sync.rest.page_words import read_next
from crm_sync.sources.base import build_page
from crm_sync.sources.ids.calls import IdCalls
from crm_sync.sources.links.reader import build_links_page, check_all_answered
from crm_sync.sources.record_paths import collect_key_paths
from crm_sync.sources.registry import create_source
from crm_sync.sources.rest.discovery import find_mapped, plan_fields
from crm_sync.sources.rest.slots import SlotValues
from tests.shipped import read_shipped
from tests.unit.sources.rest_list_support import AnsweringClient

HUBSPOT = read_shipped("hubspot")
CONTACTS = HUBSPOT.entities["contacts"]
LINKS = HUBSPOT.entities["associations"]
OBJECTS = ("contacts", "companies", "deals", "tickets", "products", "line_items", "calls")
TOKEN = "paging.next.after"


@pytest.mark.parametrize(
    ("version", "area", "path"),
    [
        ("v3", "objects", "/crm/v3/objects"),
        ("", "objects", "/crm/v3/objects"),
        ("v3", "associations", "/crm/v4/associations"),
        ("v3", "owners", "/crm/v3/owners"),
        ("2026-03", "objects", "/crm/objects/2026-03"),
        ("2026-03", "associations", "/crm/associations/2026-03"),
        ("2026-03", "owners", "/crm/owners/2026-03"),
        ("2026-03", "properties", "/crm/properties/2026-03"),
    ],
)
def test_path_fits_the_api_family(version, area, path):
    assert HUBSPOT.rest.fill_paths(version)[area] == path


@pytest.mark.parametrize("route", ["list", "search"])
@pytest.mark.parametrize("words", [{"status": "error"}, {"errors": [{"message": "a part timed out"}]}])
def test_list_without_records_beside_a_failure_is_no_end(route, words):
    client = AnsweringClient(lambda _: {"results": [], "total": 0, **words})
    calls = IdCalls(client, CONTACTS.read, HUBSPOT.rest.fill_paths("v3"))
    with pytest.raises(UnexpectedResponseError, match="has no records, but"):
        calls.list_page(None, archived=False, limit=1) if route == "list" else calls.search_page({}, limit=1)


@pytest.mark.parametrize(
    ("data", "token"),
    [
        ({}, None),
        ({"paging": None}, None),
        ({"paging": {}}, None),
        ({"paging": {"next": {"after": "", "link": "https://elsewhere"}}}, None),
        ({"paging": {"next": {"after": "152", "link": "https://elsewhere"}}}, "152"),
        ({"paging": {"next": {"after": 152}}}, "152"),
    ],
)
def test_next_token_is_read_and_its_link_is_not(data, token):
    assert read_next(data, TOKEN) == token


@pytest.mark.parametrize(
    "paging",
    [{"next": "x"}, {"next": {"after": True}}, {"next": {"after": {}}}, {"next": {"link": "/x"}}, "more"],
)
def test_what_stands_in_the_tokens_place_and_is_none_is_an_error(paging):
    with pytest.raises(UnexpectedResponseError):
        read_next({"results": [], "paging": paging}, TOKEN)


def make_entity(*sources):
    fields = {f"c{n}": {"source": source} for n, source in enumerate(sources)}
    known = CONTACTS.model_dump()
    own = {"fields": fields, "primary_key": ["c0"], "modified_column": None, "deleted": None, "rules": []}
    return type(CONTACTS).model_validate({**known, **own})


def test_mapped_properties_come_from_all_source_paths_once():
    entity = make_entity("id", "properties.email", ["properties.phone", "properties.email"], "createdAt")
    assert find_mapped(entity, "properties.") == ["email", "phone"]


@pytest.mark.parametrize(("unmapped", "names"), [(True, ("b", "a", "c")), (False, ("b",))])
def test_properties_are_the_mapped_ones_first(unmapped, names):
    plan = plan_fields(
        make_entity("id", "properties.b"),
        CONTACTS.read.discover,
        {name: {} for name in "abc"},
        unmapped=unmapped,
    )
    assert (plan.names, plan.missing) == (names, ())


def test_missing_property_is_noted_with_likely_names_and_its_column():
    found = {"lead_status": {}, "z": {}}
    plan = plan_fields(
        make_entity("id", "properties.lead_state"), CONTACTS.read.discover, found, unmapped=True
    )
    (note,) = plan.notes
    assert note.startswith("the account has no field lead_state (now lead_status?), or hides it from the key")
    assert note.endswith("its column keeps its old values.")
    assert plan.missing_columns == {"c1"}


def fill_search(**values):
    given = {"modified": "changed", "order": "ASCENDING", "fields": ["a"], "limit": 2, **values}
    return SlotValues(given).fill_json(CONTACTS.read.search.body)


def test_search_without_bounds_has_no_filter_at_all():
    assert fill_search() == {
        "filterGroups": [],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": ["a"],
        "limit": 2,
    }


def test_window_is_inclusive_at_its_start_to_the_millisecond():
    since = datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)
    assert fill_search(since=since, after="-1")["filterGroups"] == [
        {
            "filters": [
                {"propertyName": "changed", "operator": "GTE", "value": "1767225600999"},
                {"propertyName": "hs_object_id", "operator": "GT", "value": "-1"},
            ]
        }
    ]


def test_links_page_names_parents_without_a_link():
    page = build_links_page(
        LinkPair(from_type="a", to_type="b"), ["1", "2"], [], cursor_key="a:b", cursor="2"
    )
    assert page.parents.rows() == [("a", "1", "b"), ("a", "2", "b")]
    assert (page.records, page.lines) == (0, None)


LINKED = {"from": {"id": "1"}, "to": []}
NONE = {"subCategory": LINKS.read.none.code, "context": {"fromObjectId": ["2"]}}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"results": [LINKED], "errors": [NONE]}, None),
        ({"results": [LINKED]}, "nothing about 1 of 2"),
        ({"results": []}, "nothing about 2 of 2"),
        ({"results": [LINKED], "errors": [{"category": "OBJECT_NOT_FOUND"}]}, "OBJECT_NOT_FOUND"),
        ({"results": [{"to": []}]}, "unknown shape"),
        ({"results": [LINKED], "errors": [{**NONE, "context": 7}]}, "unknown shape"),
        ({"results": [LINKED], "errors": 7}, "unknown shape"),
        ({"errors": []}, "no list"),
    ],
    ids=["all", "one-missing", "both-missing", "other-error", "shape", "no-ids", "errors", "no-results"],
)
def test_links_answer_must_speak_of_every_parent(data, fault):
    found = check_all_answered(LINKS.read, ["1", "2"])(data)
    assert found is None if fault is None else fault in found


def test_page_cut_to_its_head_keeps_the_first_records():
    page = build_page([{"a": "x\n"}, {"a": 2}, {"a": 3}], cursor_key="k", cursor="c")
    assert page.head(2).lines == b'{"a":"x\\n"}\n{"a":2}\n'
    assert page.head(2).records == 2


def test_key_paths_go_two_levels_deep():
    records = [{"a": 1, "b": {"c": {"d": 1}}}, {"b": {"e": None}, "f": [], "g": {}}]
    assert collect_key_paths(records) == {"a", "b.c", "b.e", "f"}


def test_configured_entities_are_the_guides_nine():
    assert set(HUBSPOT.entities) == {*OBJECTS, "owners", "associations"}


@pytest.mark.parametrize("sync_type", OBJECTS)
def test_configured_object_maps_the_common_fields(sync_type):
    entity = HUBSPOT.entities[sync_type]
    assert list(entity.fields)[:6] == [
        "id",
        "created_at",
        "updated_at",
        "archived",
        "archived_at",
        "record_url",
    ]
    assert (entity.primary_key, entity.modified_column) == (("id",), "updated_at")
    modified = "lastmodifieddate" if sync_type == "contacts" else "hs_lastmodifieddate"
    assert entity.read.slots == {"object": sync_type, "modified": modified}
    mapped = [config.source or name for name, config in entity.fields.items()]
    assert len(mapped) == len(set(mapped))


def test_links_wait_for_every_parent_type():
    assert {pair.from_type for pair in LINKS.read.pairs} <= set(LINKS.after)


def test_strategy_that_does_not_fit_the_kind_is_refused():
    with pytest.raises(ConfigError, match=r"read\.strategy"):
        create_source(HUBSPOT, CONTACTS)
