"""The parts of HubSpot's sources that need no server: paths, properties, windows, links, configuration."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm_sync.config.loader import load_source
from crm_sync.config.models import EntityConfig
from crm_sync.config.reads import AssociationPair
from crm_sync.exceptions import ConfigError, UnexpectedResponseError
from crm_sync.sources.base import build_page, collect_key_paths
from crm_sync.sources.registry import create_source
from crm_sync.sources.vendors.hubspot_api import build_path, read_next
from crm_sync.sources.vendors.hubspot_links import NO_LINKS, build_links_page, check_all_answered
from crm_sync.sources.vendors.hubspot_properties import find_mapped, plan_properties
from crm_sync.sources.vendors.hubspot_search import build_window

CONFIGS = Path(__file__).parents[3] / "dags" / "configs"
OBJECTS = ("contacts", "companies", "deals", "tickets", "products", "line_items", "calls")


@pytest.fixture(scope="module")
def hubspot():
    return load_source(CONFIGS, "hubspot")


@pytest.mark.parametrize(
    ("version", "area", "rest", "path"),
    [
        ("v3", "objects", "contacts/search", "/crm/v3/objects/contacts/search"),
        ("", "objects", "0-1", "/crm/v3/objects/0-1"),
        ("v3", "associations", "deals/contacts/batch/read", "/crm/v4/associations/deals/contacts/batch/read"),
        ("v3", "owners", "", "/crm/v3/owners"),
        ("2026-03", "objects", "contacts", "/crm/objects/2026-03/contacts"),
        ("2026-03", "associations", "a/b/batch/read", "/crm/associations/2026-03/a/b/batch/read"),
        ("2026-03", "owners", "", "/crm/owners/2026-03"),
        ("2026-03", "properties", "deals", "/crm/properties/2026-03/deals"),
    ],
)
def test_path_fits_the_api_family(version, area, rest, path):
    assert build_path(version, area, rest) == path


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
    assert read_next(data) == token


def make_entity(*sources) -> EntityConfig:
    fields = {f"c{n}": {"source": source} for n, source in enumerate(sources)}
    return EntityConfig(
        crm_source="hubspot",
        sync_type="contacts",
        table_schema="hubspot",
        primary_key=["c0"],
        fields=fields,
        read={"strategy": "hubspot_objects", "object_type": "contacts"},
    )


def test_mapped_properties_come_from_all_source_paths_once():
    entity = make_entity("id", "properties.email", ["properties.phone", "properties.email"], "createdAt")
    assert find_mapped(entity) == ["email", "phone"]


@pytest.mark.parametrize(("which", "names"), [("all", ("b", "a", "c")), ("mapped", ("b",))])
def test_properties_are_the_mapped_ones_first(which, names):
    plan = plan_properties(make_entity("properties.b"), ["a", "b", "c"], which=which, names_bytes=99)
    assert (plan.names, plan.missing, plan.is_wide) == (names, (), False)


def test_missing_property_is_noted_with_likely_names_and_its_column():
    plan = plan_properties(
        make_entity("properties.lead_state"), ["lead_status", "z"], which="all", names_bytes=99
    )
    assert plan.note == (
        "the account has no property lead_state (now lead_status?); its column keeps its old values."
    )
    assert len(plan.missing_columns) == 1


@pytest.mark.parametrize(
    "paging",
    [{"next": "x"}, {"next": {"after": True}}, {"next": {"after": {}}}, {"next": {"link": "/x"}}, "more"],
)
def test_what_stands_in_the_tokens_place_and_is_none_is_an_error(paging):
    with pytest.raises(UnexpectedResponseError):
        read_next({"results": [], "paging": paging})


def test_properties_beyond_the_address_are_wide():
    available = [f"property_{n}" for n in range(9)]
    fits = len(",".join(available))
    entity = make_entity("properties.property_0")
    plans = [plan_properties(entity, available, which="all", names_bytes=size) for size in (fits, fits - 1)]
    assert [plan.is_wide for plan in plans] == [False, True]


def test_window_is_inclusive_at_its_start_to_the_millisecond():
    since = datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)
    assert build_window("lastmodifieddate", since, None) == [
        {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "1767225600999"}
    ]


def test_links_page_names_parents_without_a_link():
    page = build_links_page(
        AssociationPair(from_type="a", to_type="b"), ["1", "2"], [], cursor_key="a:b", cursor="2"
    )
    assert page.parents.rows() == [("a", "1", "b"), ("a", "2", "b")]
    assert (page.records, page.lines) == (0, None)


LINKED = {"from": {"id": "1"}, "to": []}
NONE = {"subCategory": NO_LINKS, "context": {"fromObjectId": ["2"]}}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"results": [LINKED], "errors": [NONE]}, None),
        ({"results": [LINKED]}, "nothing about 1 of 2"),
        ({"results": []}, "nothing about 2 of 2"),
        ({"results": [LINKED], "errors": [{"category": "OBJECT_NOT_FOUND"}]}, "OBJECT_NOT_FOUND"),
        ({"results": [{"to": []}]}, "unknown shape"),
        ({"errors": []}, "no list"),
    ],
    ids=["all", "one-missing", "both-missing", "other-error", "shape", "no-results"],
)
def test_links_answer_must_speak_of_every_parent(data, fault):
    found = check_all_answered(["1", "2"])(data)
    assert found is None if fault is None else fault in found


def test_page_cut_to_its_head_keeps_the_first_records():
    page = build_page([{"a": "x\n"}, {"a": 2}, {"a": 3}], cursor_key="k", cursor="c")
    assert page.head(2).lines == b'{"a":"x\\n"}\n{"a":2}\n'
    assert page.head(2).records == 2


def test_key_paths_go_two_levels_deep():
    records = [{"a": 1, "b": {"c": {"d": 1}}}, {"b": {"e": None}, "f": [], "g": {}}]
    assert collect_key_paths(records) == {"a", "b.c", "b.e", "f"}


def test_configured_entities_are_the_guides_nine(hubspot):
    assert set(hubspot.entities) == {*OBJECTS, "owners", "associations"}


@pytest.mark.parametrize("sync_type", OBJECTS)
def test_configured_object_maps_the_common_fields(hubspot, sync_type):
    entity = hubspot.entities[sync_type]
    assert list(entity.fields)[:6] == [
        "id",
        "created_at",
        "updated_at",
        "archived",
        "archived_at",
        "record_url",
    ]
    assert (entity.primary_key, entity.modified_column) == (("id",), "updated_at")
    assert entity.read.modified_property == (
        "lastmodifieddate" if sync_type == "contacts" else "hs_lastmodifieddate"
    )
    mapped = [config.source or name for name, config in entity.fields.items()]
    assert len(mapped) == len(set(mapped))


def test_links_wait_for_every_parent_type(hubspot):
    entity = hubspot.entities["associations"]
    assert {pair.from_type for pair in entity.read.pairs} <= set(entity.after)


def test_strategy_that_does_not_fit_the_kind_is_refused(hubspot):
    with pytest.raises(ConfigError, match=r"read\.strategy"):
        create_source(hubspot, hubspot.entities["contacts"])
