from __future__ import annotations

import pytest

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.missing import find_missing, guess_names
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.files.source import FileSource
from tests.unit.sources.files_support import make_entity, make_request

FIELDS = {
    "id": {"required": True},
    "email": {"source": "Email"},
    "name": {"source": ["Name", "Full Name"]},
    "origin": {"default": "file"},
    "line": {"source": "_line"},
}


def missing(header: list[str], *, seen=()):
    return find_missing(header, make_entity(FIELDS), seen=seen, name="a.csv")


@pytest.mark.parametrize(
    ("header", "seen", "columns"),
    [
        (["id", "Email", "Name"], (), set()),
        (["id", "Email", "Full Name"], (), set()),
        (["id", "E-mail Address", "Name"], (), {"email"}),
        (["id", "email", "name"], (), {"email", "name"}),
        (["id", "Email", "Name"], ("origin",), {"origin"}),
        (["id", "Email", "Name", "origin"], ("origin",), set()),
    ],
    ids=["all", "second_source", "renamed", "other_case", "default_that_was_there", "default_there"],
)
def test_column_is_missing_when_no_source_of_it_is_in_the_header(header, seen, columns):
    found = missing(header, seen=seen)
    assert found.columns == columns
    assert (found.note is None) == (not columns)


def test_missing_column_is_named_with_its_likely_new_name():
    assert missing(["id", "E-mail Address", "Name"]).note == (
        "mapped column 'email' (from 'Email'; likely new: 'E-mail Address') is not in the header; known rows "
        "keep their values. Correct 'source', or remove the column from the YAML."
    )


@pytest.mark.parametrize(
    ("header", "column", "names"),
    [
        (["id", "Kontakt", "Name"], "email", ["Kontakt"]),
        (["id", "Name", "e mail"], "email", ["e mail"]),
        (["id", "Name", "Prénom"], "email", []),
        (["id", "Email", "FULL_NAME"], "name", ["FULL_NAME"]),
    ],
    ids=["by_place", "by_name", "neither", "other_notation"],
)
def test_new_names_are_guessed_among_those_that_nothing_maps(header, column, names):
    assert guess_names(column, header, make_entity(FIELDS)) == names


def test_header_with_none_of_the_mapped_columns_is_no_header():
    entity = make_entity({"id": {"source": "_hash"}, "name": {}})
    with pytest.raises(FatalSourceError, match="none of the mapped columns"):
        find_missing(["7", "jane@example.com"], entity, seen=(), name="a.csv")


def read(folder, entity, **request):
    source = FileSource(entity, PathStore(folder))
    return source, list(source.read_pages(make_request(entity, **request), {}))


def test_file_source_names_what_is_missing_file_by_file(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,name\n1,a\n")
    for name in ("b.csv", "c.csv"):
        (tmp_path / name).write_bytes(b"id,title\n2,b\n")
    source, pages = read(tmp_path, make_entity(path="*.csv"))
    assert [page.missing for page in pages] == [frozenset(), {"name"}, {"name"}]
    assert source.is_whole
    assert [note.split(":")[0] for note in source.notes] == ["File b.csv", "1 more file, such as c.csv"]


def test_file_source_remembers_a_column_with_a_default_that_was_there(tmp_path):
    entity = make_entity({"id": {"required": True}, "name": {"default": "none"}})
    (tmp_path / "places.csv").write_bytes(b"id,other\n1,a\n")
    assert read(tmp_path, entity)[1][0].missing == frozenset()
    (tmp_path / "places.csv").write_bytes(b"id,name\n1,a\n")
    memory = read(tmp_path, entity)[0].describe()
    (tmp_path / "places.csv").write_bytes(b"id,title\n1,a\n")
    source, pages = read(tmp_path, entity, previous=memory)
    assert pages[0].missing == {"name"}
    assert read(tmp_path, entity, previous=source.describe(), must_read=True)[1][0].missing == {"name"}


def test_json_lines_have_no_columns_that_could_be_missing(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"id": 1}\n')
    source, pages = read(tmp_path, make_entity(path="a.jsonl", format="jsonl"))
    assert (pages[0].missing, source.notes) == (frozenset(), [])
