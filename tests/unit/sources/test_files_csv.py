from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.exceptions import FatalSourceError
from tests.unit.sources.files_support import make_entity, read_csv

HASH_FIELDS = {"id": {"required": True}, "row_hash": {"source": "_hash"}}


def rows_of(frames: list[pl.DataFrame], *columns: str) -> list[tuple]:
    return [row for frame in frames for row in frame.select(columns).rows()]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"id,name\n1,a\n2,b\n", [("1", "a"), ("2", "b")]),
        (b"\xef\xbb\xbfid,name\r\n1,a\r\n2,b", [("1", "a"), ("2", "b")]),
        (b"id,name\r1,a\r2,b\r", [("1", "a"), ("2", "b")]),
        (b'id,name\n1,"x\r\ny"\n2,"a ""b"""\n', [("1", "x\r\ny"), ("2", 'a "b"')]),
        (
            'id,name\n1,"a\u2028b\u0085c"\n2,\U0001f600\n'.encode(),
            [("1", "a\u2028b\u0085c"), ("2", "\U0001f600")],
        ),
        (b"id,name\n1,a\0b\n", [("1", "a\0b")]),
        (b"id,name\n\n1,a\n\n\n2,b\n\n", [("1", "a"), ("2", "b")]),
        (b"id , name\n00501,\n", [("00501", None)]),
        (b"id,name\n", []),
        (b'id,name\n1,5" pipe\n', [("1", '5" pipe')]),
    ],
    ids=[
        "plain",
        "bom_crlf",
        "cr",
        "quoted",
        "unicode_breaks",
        "nul",
        "blank_lines",
        "blank",
        "header_only",
        "inch",
    ],
)
def test_csv_file_reads_every_cell_as_it_is(tmp_path, content, expected):
    assert rows_of(read_csv(tmp_path, content, make_entity()), "id", "name") == expected


@pytest.mark.parametrize(
    ("read", "content", "expected"),
    [
        ({"delimiter": ";", "quotechar": "'"}, b"id;name\n1;'a;b'\n", [("1", "a;b")]),
        ({"delimiter": "\t"}, b"id\tname\n1\ta,b\n", [("1", "a,b")]),
        ({"encoding": "cp1252"}, b"id,name\n1,Ca\xf1on \x80\n", [("1", "Ca\u00f1on \u20ac")]),
        ({"encoding": "utf-16"}, "id,name\n1,\u00e9\n".encode("utf-16"), [("1", "\u00e9")]),
        ({"header_row": 3}, b"made by hand,,\n\nid,name\n1,a\n", [("1", "a")]),
        (
            {"null_values": ["NULL", "-"]},
            b"id,name\n1,NULL\n2,-\n3,\n",
            [("1", None), ("2", None), ("3", "")],
        ),
        ({"skip_initial_space": True}, b'id, name\n1, "a,b"\n', [("1", "a,b")]),
        ({"escapechar": "\\"}, b'id,name\n1,"a\\"b"\n', [("1", 'a"b')]),
    ],
    ids=["semicolon", "tab", "cp1252", "utf16", "header_row", "null_values", "initial_space", "escapechar"],
)
def test_csv_file_follows_its_read_configuration(tmp_path, read, content, expected):
    assert rows_of(read_csv(tmp_path, content, make_entity(**read)), "id", "name") == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'id,name\n1,a\n2,"never closed\n3,c\n', "begins in line 3: a quote is opened and never closed"),
        (
            b'id,name\n1,"x\ny"\n2,"b" c\n',
            "begins in line 4: a quoted cell is followed by something other than",
        ),
        (b"id,name\n1,a\n2,Ca\xf1on\n", "encoding utf-8: byte 16 (counted from 0), in line 3,"),
        (b"\xef\xbb\xbfid,name\n1,a\n2,Ca\xf1on\n", "byte 19 (counted from 0), in line 3,"),
        (b"id,name\n1," + b"x" * 101 + b"\n", "begins in line 2: a cell is longer than max_field_chars, 100"),
    ],
    ids=["open_quote", "text_after_quote", "encoding", "encoding_after_bom", "huge_cell"],
)
def test_csv_file_with_a_fault_fails_with_its_place(tmp_path, content, message):
    with pytest.raises(FatalSourceError) as caught:
        read_csv(tmp_path, content, make_entity(max_field_chars=100))
    assert message in str(caught.value)
    assert str(caught.value).endswith("Nothing was saved.")


def test_csv_file_finds_the_bad_byte_beyond_the_first_block(tmp_path):
    content = b"id,name\n" + b"1,aaaaaaa\n" * 200_000 + b"2,\xff\n"
    with pytest.raises(FatalSourceError, match=r"byte 2,000,010 .* in line 200,002,"):
        read_csv(tmp_path, content, make_entity())


def test_csv_file_leaves_the_process_cell_limit_alone(tmp_path):
    before = csv.field_size_limit()
    read_csv(tmp_path, b"id,name\n1,a\n", make_entity(max_field_chars=100))
    assert csv.field_size_limit() == before


def test_csv_file_keeps_broken_records_with_their_fault(tmp_path):
    content = b"id,name\n1\n2,b,more,still more\n3,c\n"
    frames = read_csv(tmp_path, content, make_entity(on_extra_columns="error"))
    assert rows_of(frames, "_line", "id", "name", "column_3", "column_4", "_fault") == [
        (2, "1", None, None, None, "line 2: the record has 1 cells, the header has 2"),
        (3, "2", "b", "more", "still more", "line 3: the record has 4 cells, the header has 2"),
        (4, "3", "c", None, None, None),
    ]


def test_csv_file_keeps_extra_cells_in_columns_that_the_header_does_not_have(tmp_path):
    content = b"id,name,column_4\n1,a,b,more\n"
    frames = read_csv(tmp_path, content, make_entity(on_extra_columns="json"))
    assert rows_of(frames, "column_4", "column_4_", "_fault") == [("b", "more", None)]


def test_csv_file_ignores_extra_cells_when_told_so(tmp_path):
    frames = read_csv(tmp_path, b"id,name\n1,a,more\n", make_entity(on_extra_columns="ignore"))
    assert frames[0].columns == ["id", "name", "_line", "_fault"]
    assert rows_of(frames, "id", "name", "_fault") == [("1", "a", None)]


def test_csv_file_bounds_the_number_of_extra_columns(tmp_path):
    cells = [str(number) for number in range(500)]
    frame = read_csv(tmp_path, b"id,name\n1,a," + ",".join(cells).encode() + b"\n", make_entity())[0]
    assert frame.width == 2 + 100 + 2
    assert frame["column_101"][0] == "98"
    assert frame["column_102"][0] == '["99",' + ",".join(f'"{cell}"' for cell in cells[100:]) + "]"


def test_csv_file_numbers_lines_across_quoted_breaks_and_pages(tmp_path):
    content = b'id,name\n1,"a\nb"\n\n2,"c\r\nd\re"\n3,f\n4,g\n'
    for page_records in (1, 2, 100):
        frames = read_csv(tmp_path, content, make_entity(), page_records=page_records)
        assert rows_of(frames, "id", "_line") == [("1", 2), ("2", 5), ("3", 8), ("4", 9)]


def test_csv_file_resumes_after_any_record(tmp_path):
    content = b"id,name\n" + b"".join(b'%d,"x\ny"\n\n' % number for number in range(25))
    whole = rows_of(read_csv(tmp_path, content, make_entity()), "id", "_line")
    for skip in range(27):
        frames = read_csv(tmp_path, content, make_entity(), page_records=4, skip=skip)
        assert rows_of(frames, "id", "_line") == whole[skip:]


def test_csv_file_makes_only_the_reserved_columns_that_are_mapped(tmp_path):
    plain = read_csv(tmp_path, b"id,name\n1,a\n", make_entity())[0]
    fields = {"id": {}, "source_file": {"source": "_file"}, "row_hash": {"source": "_hash"}}
    mapped = read_csv(tmp_path, b"id,name\n1,a\n", make_entity(fields))[0]
    assert plain.columns == ["id", "name", "_line", "_fault"]
    assert mapped.columns == ["id", "name", "_line", "_fault", "_hash", "_file"]
    assert mapped["_file"].to_list() == ["places.csv"]


def test_row_hash_follows_the_cells_and_not_their_place(tmp_path):
    def hashes(content: bytes) -> list[str]:
        return read_csv(tmp_path, content, make_entity(HASH_FIELDS))[0]["_hash"].to_list()

    first, second = hashes(b"id,name\n1,a\n2,b\n")
    assert hashes(b"id,name\n2,b\n1,a\n") == [second, first]
    assert hashes(b"name,id\na,1\n") == [first]
    assert hashes(b"id,name\n1,a,more\n") != [first]
    assert hashes(b'id,name\n1,"a "\n') != [first]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\ufeff"), max_size=6) | st.sampled_from(
    ["", " ", '"', ",", "\r\n", "\n", "\r", '"\n', "a\ufeff", "\u2028", "\0"]
)


@settings(max_examples=150)
@given(
    table=st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width))),
    # with another end of line, Python 3.11's writer leaves \r or \n in a cell without quotes
    style=st.sampled_from(
        [("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL), ("\r", csv.QUOTE_ALL)]
    ),
    page_records=st.integers(1, 5),
)
def test_csv_file_reads_back_what_a_csv_writer_wrote(table, style, page_records):
    width = len(table[0]) if table else 1
    header = ["id", "name", "city", "state"][:width]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=style[0], quoting=style[1])
    writer.writerow(header)
    writer.writerows(table)
    with tempfile.TemporaryDirectory() as folder:
        entity = make_entity(null_values=[])
        frames = read_csv(Path(folder), text.getvalue().encode(), entity, page_records=page_records)
    assert rows_of(frames, *header) == [tuple(row) for row in table]
    assert all(frame["_fault"].null_count() == frame.height for frame in frames)
