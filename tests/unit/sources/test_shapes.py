"""What a fetch makes of records before they are staged: digests, answers and lines of forms."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import polars as pl
import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.rest.decoding import encode_lines
from crm_sync.sources.base import Page, build_page
from crm_sync.sources.shapes import shape_pages

READ = {
    "strategy": "rest_list",
    "passes": [{"name": "all", "path": "/things"}],
    "paging": {"style": "cursor", "next_path": "next", "param": "after"},
}
FORM = {"source": "form", "columns": {"price": ["Price"]}}
LINES = {"source": "form", "lines": {"number": "n", "most": 2, "columns": {"kind": ["Kind {n}"]}}}


def make_entity(**more):
    fields = {
        "id": {"type": "string"},
        "n": {"source": "_n", "type": "integer"},
        "price": {"source": "_price", "type": "decimal"},
    }
    values = {"crm_source": "demo", "sync_type": "things", "table_schema": "demo", "primary_key": ["id"]}
    return EntityConfig.model_validate({**values, "fields": fields, "read": READ, **more})


def write_form(*pairs):
    return json.dumps([{"title": title, "value": value} for title, value in pairs])


def shape(entity, *pages):
    return list(shape_pages(entity, (page for page in pages)))


def page_of(records):
    return build_page(records, cursor_key="all", cursor="next")


def frame_of(records):
    frame = pl.DataFrame(records)
    return Page(None, frame, frame.height, frozenset(frame.columns), "rows", None)


def list_records(page):
    if page.frame is not None:
        return page.frame.to_dicts()
    return [json.loads(line) for line in (page.lines or b"").splitlines()]


def test_entity_without_such_words_gets_its_pages_as_they_are():
    page = page_of([{"id": "1"}])
    assert shape(make_entity(), page)[0] is page


@pytest.mark.parametrize("make", [page_of, frame_of])
def test_digest_is_of_the_texts_joined_by_a_unit_separator(make):
    entity = make_entity(digests={"hash": ["id", "note", "absent"]})
    (page,) = shape(entity, make([{"id": "1", "note": None}, {"id": "", "note": "a\x1fb"}]))
    texts = ["1\x1f\x1f", "\x1fa\x1fb\x1f"]
    assert [one["_hash"] for one in list_records(page)] == [
        hashlib.sha256(t.encode()).hexdigest() for t in texts
    ]


def test_digest_of_a_moment_does_not_depend_on_its_zone():
    entity = make_entity(digests={"hash": ["at"]})
    at = datetime(2025, 5, 1, 10, tzinfo=UTC)
    (frame,) = shape(entity, frame_of([{"id": "1", "at": at}]))
    (lines,) = shape(entity, page_of([{"id": "1", "at": "2025-05-01 10:00:00.000"}]))
    assert list_records(frame)[0]["_hash"] == list_records(lines)[0]["_hash"]


@pytest.mark.parametrize("make", [page_of, frame_of])
def test_form_s_answers_stand_beside_the_form(make):
    form = write_form(("Price", "$2,000"))
    (page,) = shape(make_entity(form=FORM), make([{"id": "1", "form": form}, {"id": "2", "form": "broken"}]))
    assert list_records(page) == [
        {"id": "1", "form": form, "_price": "2,000"},
        {"id": "2", "form": "broken", "_price": None},
    ]
    assert {"_price", "id", "form"} == set(page.key_paths)


@pytest.mark.parametrize("make", [page_of, frame_of])
def test_lines_replace_the_record_and_name_their_parents(make):
    entity = make_entity(form=LINES, primary_key=["id", "n"], parent_key=["id"])
    forms = [("a", ("Kind 1", "x"), ("Kind 2", "y")), ("b",), ("c", ("Kind 2", "z"))]
    (page,) = shape(entity, make([{"id": name, "form": write_form(*pairs)} for name, *pairs in forms]))
    assert list_records(page) == [
        {"id": "a", "_n": "1", "_kind": "x"},
        {"id": "a", "_n": "2", "_kind": "y"},
        {"id": "c", "_n": "2", "_kind": "z"},
    ]
    assert page.records == 3
    assert page.parents is not None
    assert page.parents.to_dicts() == [{"id": "a"}, {"id": "b"}, {"id": "c"}]


def test_frames_have_the_same_columns_whether_they_have_lines_or_not():
    entity = make_entity(form=LINES, primary_key=["id", "n"], parent_key=["id"])
    full, empty = shape(
        entity,
        frame_of([{"id": "a", "form": write_form(("Kind 1", "x"))}]),
        frame_of([{"id": "b", "form": "[]"}]),
    )
    assert full.frame is not None
    assert empty.frame is not None
    assert (full.frame.schema, empty.frame.height) == (empty.frame.schema, 0)


def test_page_whose_forms_have_no_lines_still_names_its_parents():
    entity = make_entity(form=LINES, primary_key=["id", "n"], parent_key=["id"])
    (page,) = shape(entity, page_of([{"id": "a", "form": None}]))
    assert (page.records, page.lines) == (0, None)
    assert page.parents is not None
    assert page.parents.to_dicts() == [{"id": "a"}]


def test_page_with_something_that_is_no_object_stays():
    page = Page(encode_lines([{"id": "1"}, [1]]), None, 2, None, "all", None)
    assert shape(make_entity(form=FORM), page)[0] is page


def test_mapping_that_is_shaped_already_is_not_shaped_again():
    entity = make_entity(form=LINES, primary_key=["id", "n"], parent_key=["id"])
    record = {"id": "a", "_n": "1", "_kind": "x"}
    (page,) = shape(entity, page_of([record]))
    assert list_records(page) == [record]
