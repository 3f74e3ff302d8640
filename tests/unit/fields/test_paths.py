"""Source paths: splitting, what is mapped, key paths of a page."""

from __future__ import annotations

import pytest

from crm_sync.fields.key_paths import join_path, split_path
from crm_sync.fields.paths import build_plan, collect_key_paths
from tests.unit.fields.fields_support import make_entity

ENTITY = make_entity({"email": {"source": "properties.email"}, "teams": {"type": "json"}})


@pytest.mark.parametrize(
    "keys", [("id",), ("properties", "email"), ("a.b", "c"), ("a", "b.c.d"), ("ключ", "😀")]
)
def test_path_split_undoes_join(keys: tuple[str, ...]) -> None:
    assert split_path(join_path(keys)) == keys


def test_key_paths_look_into_objects_with_mapped_fields_only() -> None:
    records = [
        {"id": 1, "properties": {"email": "x", "custom": 1}, "meta": {"a": 1}},
        {"id": 2, "properties": None, "teams": [{"id": 1}]},
        {"id": 3, "properties": {"other": None}, "a.b": 1},
    ]
    expected = {"id", "properties.email", "properties.custom", "properties.other", "meta", "teams", "a\\.b"}
    assert collect_key_paths(records, ENTITY) == expected


def test_key_paths_of_no_records_are_none() -> None:
    assert collect_key_paths([], ENTITY) == frozenset()


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("id", True),
        ("properties.email", True),
        ("properties.custom", False),
        ("teams.0", True),
        ("new", False),
    ],
)
def test_plan_knows_what_is_mapped(path: str, covered: bool) -> None:
    assert build_plan(ENTITY).tree.covers(split_path(path)) is covered


def test_plan_path_inside_another_gets_a_layer_of_its_own() -> None:
    fields = {"all": {"source": "a", "type": "json"}, "b": {"source": "a.b"}, "c": {"source": "a.b.c"}}
    assert len(build_plan(make_entity(fields)).layers) == 3
