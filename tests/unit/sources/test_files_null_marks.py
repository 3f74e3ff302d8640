from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.sources.files.csv_rows import CsvFile
from crm_sync.sources.files.notes import Notes
from tests.unit.sources.files_support import make_entity, read_csv

MYSQL = {"escapechar": "\\", "null_values": ["\\N"]}


def names_of(folder: Path, content: bytes, **read) -> list[str | None]:
    frames = read_csv(folder, b"id,name\n" + content, make_entity(**read), page_records=3)
    return [name for frame in frames for name in frame["name"]]


def notes_of(folder: Path, content: bytes, **read) -> list[str]:
    entity, notes = make_entity(**read), Notes()
    (folder / "a.csv").write_bytes(b"id,name\n" + content)
    file = CsvFile(folder / "a.csv", "a.csv", entity, entity.read, "utf-8-sig", notes=notes)
    list(file.read_frames(page_records=100))
    return notes.list()


@pytest.mark.parametrize(
    ("read", "content", "names"),
    [
        (MYSQL, b"1,\\N\n2,N\n3,\\\\N\n4,\\N\r\n", [None, "N", "\\N", None]),
        (MYSQL, b'1,"\\N"\n2,"N"\n3,"\\\\N"\n', [None, "N", "\\N"]),
        (MYSQL, b'1,"a,\\N,b"\n2,a\\,\\N\n3,\\N', ["a,N,b", "a,N", None]),
        ({"escapechar": "\\", "null_values": ["N"]}, b"1,\\N\n2,N\n", ["N", None]),
        ({"null_values": ["\\N"]}, b"1,\\N\n2,\\\\N\n", [None, "\\\\N"]),
        ({"null_values": ["NULL"]}, b'1,NULL\n2,"NULL"\n3,NULLS\n4,\n', [None, "NULL", "NULLS", ""]),
        ({"null_values": ["", "NULL"]}, b'1,\n2,""\n3,NULL', [None, None, None]),
        ({"null_values": ["NULL", '"NULL"']}, b'1,NULL\n2,"NULL"\n', [None, None]),
        ({"null_values": ['"NULL"']}, b'1,NULL\n2,"NULL"\n', ["NULL", None]),
        ({"null_values": ["NULL"]}, b'1,"x\nNULL\ny"\n2,"p,NULL,q"\n', ["x\nNULL\ny", "p,NULL,q"]),
        ({"null_values": ["-"], "skip_initial_space": True}, b"1,  -\n2, a\n", [None, "a"]),
        ({"null_values": ["NULL"]}, b"1,NULL\r2,b\r3,NULL\r", [None, "b", None]),
    ],
    ids=[
        *("mysql", "mysql_quoted", "mysql_inside", "escaped_mark", "no_escape", "quoted", "empty", "both"),
        *("quoted_only", "inside_a_cell", "initial_space", "cr"),
    ],
)
def test_null_mark_is_compared_with_the_cell_as_it_stands_in_the_file(tmp_path, read, content, names):
    assert names_of(tmp_path, content, **read) == names


def test_null_marks_beside_each_other_are_all_found(tmp_path):
    content = b"id,name,city\nNULL,NULL,NULL\nNULL,NULL,NULL\n"
    frame = read_csv(tmp_path, content, make_entity(null_values=["NULL"]))[0]
    assert frame.select("id", "name", "city").rows() == [(None, None, None)] * 2


def test_header_that_reads_like_a_null_mark_stays_one(tmp_path):
    frame = read_csv(tmp_path, b"id,name,NULL\n1,a,b\n", make_entity(null_values=["NULL"]))[0]
    assert frame["NULL"].to_list() == ["b"]


def test_hash_of_a_null_is_the_same_in_each_read_and_not_that_of_its_text(tmp_path):
    fields = {"id": {"required": True}, "row_hash": {"source": "_hash"}}

    def hashes() -> list[str]:
        return read_csv(tmp_path, b"id,name\n1,\\N\n1,N\n", make_entity(fields, **MYSQL))[0][
            "_hash"
        ].to_list()

    assert hashes() == hashes()
    assert len(set(hashes())) == 2


def test_quoted_null_mark_that_stays_a_text_is_said_once(tmp_path):
    notes = notes_of(tmp_path, b'1,"NULL"\n2,"NULL"\n', null_values=["NULL"])
    assert len(notes) == 1
    assert "a quoted cell holds NULL" in notes[0]
    assert notes_of(tmp_path, b"1,NULL\n2,b\n", null_values=["NULL"]) == []


def test_escape_that_means_more_than_the_next_character_is_said(tmp_path):
    (note,) = notes_of(tmp_path, b"1,a\\nb\n2,\\N\n", escapechar="\\", null_values=[""])
    assert "followed by a letter or digit 2 times, for example \\n" in note
    assert notes_of(tmp_path, b'1,C:\\\\new\n2,"a\\"b"\n3,a\\,b\n', escapechar="\\") == []


CELLS = st.sampled_from(["", "a", "NULL", "NULLS", "N", ",", "\n", '"', "x,NULL,y", "x\nNULL\ny", "-", "\\N"])


@settings(max_examples=150)
@given(
    table=st.lists(st.tuples(CELLS.filter(bool), CELLS, CELLS), max_size=12),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    page_records=st.integers(1, 5),
)
def test_null_marks_take_nothing_but_whole_unquoted_cells(table, quoting, page_records):
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=quoting, lineterminator="\r\n")
    writer.writerow(["id", "name", "city"])
    writer.writerows(table)
    with tempfile.TemporaryDirectory() as folder:
        entity = make_entity(null_values=["NULL", "-"])
        frames = read_csv(Path(folder), text.getvalue().encode(), entity, page_records=page_records)
    marks = {"NULL", "-"} if quoting == csv.QUOTE_MINIMAL else set()
    rows = [row for frame in frames for row in frame.select("id", "name", "city").rows()]
    assert rows == [tuple(None if cell in marks else cell for cell in row) for row in table]
