from __future__ import annotations

import pytest

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.header import check_header
from tests.unit.sources.files_support import make_entity


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([], "the line is blank"),
        (["", " "], "the line is blank"),
        (["id", "", "name"], "column 2 of 3 has no name"),
        (["id", "name", "name "], "column 'name' is there more than once"),
        (["number", "name"], "required column 'id' is not among its 2 columns; check delimiter"),
        (["ID", "name"], "required column 'id' is not among its 2 columns (there is a 'id')"),
        (["id;name"], "required column 'id' is not among its 1 columns"),
        (["id", "na\0me"], "column 2 holds a NUL character"),
        (["id", ' "name"'], "column 2 has a blank before its quote; set skip_initial_space"),
    ],
    ids=["none", "blank", "unnamed", "doubled", "missing", "case", "delimiter", "nul", "initial_space"],
)
def test_header_with_a_fault_fails_with_one_sentence(cells, message):
    entity = make_entity()
    with pytest.raises(FatalSourceError) as caught:
        check_header(cells, entity, entity.read, name="places.csv")
    assert message in str(caught.value)
    assert "File places.csv, header in line 1" in str(caught.value)


def test_header_error_does_not_show_what_may_be_data():
    entity = make_entity()
    with pytest.raises(FatalSourceError) as caught:
        check_header(["17", "jane@example.com"], entity, entity.read, name="places.csv")
    assert "jane" not in str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": {"source": ["zip", "id"]}},
        {"id": {"source": "_hash"}},
        {"id": {"default": "x"}},
        {"id": {}, "other": {}},
    ],
    ids=["second_path", "reserved", "default", "optional"],
)
def test_header_needs_only_what_has_no_other_place(fields):
    entity = make_entity(fields)
    assert check_header(["id", "name"], entity, entity.read, name="places.csv") == ["id", "name"]


def test_header_name_that_the_sync_keeps_for_itself_gets_another():
    entity = make_entity()
    assert check_header(["id", "_line"], entity, entity.read, name="places.csv") == ["id", "_line_"]
