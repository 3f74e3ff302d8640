"""Keys stay what the source has: untouched, told apart from what a conversion made of them, else rejected."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.fields.masking import digest
from crm_sync.sync.transform import transform_chunk
from crm_sync.sync.validate import validate_chunk
from tests.unit.fields.fields_support import finding_tuples, make_entity, transform


def entity_of(*types: str, **values: Any) -> EntityConfig:
    fields = {f"k{number}": {"type": field_type} for number, field_type in enumerate(types)}
    return make_entity(fields, primary_key=list(fields), **values)


def source_keys(entity: EntityConfig, *keys: tuple[Any, ...]) -> list[str | None]:
    records = [{f"k{number}": part for number, part in enumerate(key)} for key in keys]
    return transform(entity, *records).typed["_source_key"].to_list()


def test_key_of_an_id_keeps_blanks_and_case() -> None:
    typed = transform(make_entity(), {"id": "A "}, {"id": "a"}, {"id": "A\t"}, {"id": "  "}).typed
    assert typed["id"].to_list() == ["A ", "a", "A\t", None]
    assert typed["_source_key"].to_list() == [None] * 4


@pytest.mark.parametrize(
    ("field_type", "written", "expected"),
    [
        ("email", ["a@b.co", "A@b.co", " a@b.co"], [None, "A@b.co", " a@b.co"]),
        ("integer", ["7", "007", 7, "7.0"], [None, "007", None, "7.0"]),
        ("decimal", ["1.5", "1.50", "1", "1.0", "100"], [None, "1.50", None, "1.0", None]),
        ("date", ["2026-01-05", "2026-01-05T00:00:00Z"], [None, "2026-01-05T00:00:00Z"]),
        ("boolean", ["true", "yes"], [None, "yes"]),
        ("integer", ["x", None], [None, None]),
    ],
)
def test_key_that_a_conversion_changed_is_kept_as_it_was(
    field_type: str, written: list[Any], expected: list[str | None]
) -> None:
    assert source_keys(entity_of(field_type), *[(key,) for key in written]) == expected


def test_key_of_two_parts_is_joined_as_record_ids_are() -> None:
    keys = [("A@b.co", "007"), ("a@b.co", "007"), ("a@b.co", "7")]
    assert source_keys(entity_of("email", "integer"), *keys) == ["A@b.co|007", "a@b.co|007", None]


def test_key_that_is_masked_shows_digests_only() -> None:
    entity = make_entity({"k": {"type": "email", "mask": "sha256"}}, primary_key=["k"])
    records = [{"k": key} for key in ("A@b.co", "a@b.co", digest("a@b.co"))]
    assert transform(entity, *records).typed["_source_key"].to_list() == [digest("A@b.co"), None, None]


def test_key_that_the_source_typed_has_no_notation() -> None:
    raw = pl.DataFrame({"k0": [1, 2], "k1": [date(2026, 1, 5), None]})
    typed = transform_chunk(raw, entity_of("integer", "date")).typed
    assert typed["_source_key"].to_list() == [None, None]


def test_keys_of_bytes_are_hex_and_so_never_one() -> None:
    raw = pl.DataFrame({"id": [b"A ", b"A\n", b"A", b"A\x00", b"\xff", b"ff"]})
    result = transform_chunk(raw, make_entity())
    assert result.typed["id"].to_list() == ["4120", "410a", "41", "4100", "ff", "6666"]
    assert result.findings.is_empty()


@pytest.mark.parametrize(
    "id_text", [r"a\u0000", r"a\ud800", "a\x00"], ids=["NUL", "half a pair", "NUL of a table"]
)
def test_key_with_a_replaced_character_rejects_its_record_always(id_text: str) -> None:
    entity = make_entity({"name": {}})
    if "\x00" in id_text:
        result = transform_chunk(pl.DataFrame({"id": [id_text, "b"], "name": ["x", "y"]}), entity)
    else:
        result = transform(entity, f'{{"id": "{id_text}", "name": "x"}}', {"id": "b", "name": "y"})
    assert result.typed["id"].to_list() == [None, "b"]
    assert result.typed["_altered"].to_list() == [True, False]
    for skip in (False, True):
        verdicts = validate_chunk(result.typed, result.findings, entity, skip_validation=skip)
        assert finding_tuples(verdicts) == [(0, "id", "replaced_characters", "reject")]
        assert verdicts["value"].to_list() == ["a\ufffd"]
