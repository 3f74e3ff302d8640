"""Parquet files: every value arrives, what is missing is said, what is broken is one sentence."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.parquet_rows import to_json
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.files.source import FileSource
from crm_sync.sync.transform import transform_chunk
from tests.unit.sources.files_support import make_entity, make_request

FIELDS = {"id": {"required": True}, "name": {}}


def make(fields=None, **read):
    return make_entity(fields=fields or FIELDS, **{"path": "a.parquet", "format": "parquet", **read})


def read(folder, entity, **request):
    source = FileSource(entity, PathStore(folder))
    request = make_request(entity, **request)
    pages = list(source.read_pages(request, {}))
    return source, pages


def records(pages):
    return [json.loads(line) for page in pages for line in (page.lines or b"").splitlines()]


def write(folder, content, name="a.parquet", **options):
    pl.DataFrame(content, **options).write_parquet(folder / name)


def test_records_are_read_page_by_page_with_their_own_keys(tmp_path):
    write(tmp_path, {"id": range(25), "name": [f"n{number}" for number in range(25)]})
    entity = make(
        {**FIELDS, "line": {"source": "_line"}, "file": {"source": "_file"}, "hash": {"source": "_hash"}}
    )
    source, pages = read(tmp_path, entity, page_size=10)
    assert [page.records for page in pages] == [10, 10, 5]
    found = records(pages)
    assert [(one["id"], one["name"], one["_line"], one["_file"]) for one in found] == [
        (number, f"n{number}", number + 1, "a.parquet") for number in range(25)
    ]
    assert len({one["_hash"] for one in found}) == 25
    assert source.is_whole
    assert source.describe()["files"][0]["records"] == 25


def test_read_goes_on_after_the_last_stored_page(tmp_path):
    write(tmp_path, {"id": range(25), "name": ["x"] * 25})
    entity = make()
    _, pages = read(tmp_path, entity, page_size=10)
    rest = list(FileSource(entity, PathStore(tmp_path)).read_pages(
        make_request(entity, page_size=10), {"files": pages[1].cursor}
    ))  # fmt: skip
    assert [one["id"] for one in records(rest)] == list(range(20, 25))


def test_hash_does_not_depend_on_the_order_of_columns(tmp_path):
    entity = make({**FIELDS, "hash": {"source": "_hash"}})
    hashes = []
    for names in (["id", "name"], ["name", "id"]):
        write(tmp_path, {name: ["1"] for name in names})
        hashes.append(records(read(tmp_path, entity)[1])[0]["_hash"])
    assert hashes[0] == hashes[1]


VALUES = [
    (2**63 - 1, 2**63 - 1), (-(2**63), -(2**63)), (2**63, "9223372036854775808"), (-(2**127), str(-(2**127))),
    (0.1, 0.1), (1e300, 1e300), (float("nan"), "nan"), (float("-inf"), "-inf"),
    (Decimal("12345678901234567890.10"), "12345678901234567890.10"), (Decimal("1E+3"), "1000"),
    (True, True), (None, None), ("\0 \u2028 \U0001f525", "\0 \u2028 \U0001f525"),
    (date(1, 1, 1), "0001-01-01"), (time(1, 2, 3, 4), "01:02:03.000004"),
    (datetime.fromisoformat("2025-01-02T03:04:05.678901"), "2025-01-02T03:04:05.678901"),
    (datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC), "2025-01-02T03:04:05+00:00"),
    (timedelta(days=-1, microseconds=1), "-86399.999999"),
    (b"text \xc3\xbc", "text \u00fc"), (b"\xff\x00", "\\xff00"),
    ([1, [None, b"\xff"]], [1, [None, "\\xff"]]), ({"a": {"b": Decimal("1.0")}}, {"a": {"b": "1.0"}}),
]  # fmt: skip


@pytest.mark.parametrize(("value", "wanted"), VALUES, ids=range(len(VALUES)))
def test_value_becomes_json_without_loss(value, wanted):
    assert to_json(value) == wanted
    assert type(to_json(value)) is type(wanted)


def test_typed_columns_arrive_typed(tmp_path):
    content = {
        "id": [Decimal("1.50")],
        "at": [datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)],
        "day": [date(2025, 1, 2)],
        "flag": [True],
        "place": [{"city": "Lane", "zip": "00501"}],
        "Dotted.Name": ["dotted"],
    }
    write(tmp_path, content)
    entity = make(
        {
            "id": {"type": "decimal", "required": True},
            "at": {"type": "datetime"},
            "day": {"type": "date"},
            "flag": {"type": "boolean"},
            "city": {"source": "place.city"},
            "dotted": {"source": "Dotted\\.Name"},
        }
    )
    _, pages = read(tmp_path, entity)
    (row,) = transform_chunk(pages[0].lines, entity).typed.to_dicts()
    assert (str(row["id"]), row["day"], row["flag"]) == ("1.5", date(2025, 1, 2), True)
    assert row["at"] == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (row["city"], row["dotted"]) == ("Lane", "dotted")


def test_column_that_left_is_said_and_keeps_its_values(tmp_path):
    write(tmp_path, {"id": ["1"], "title": ["x"]})
    source, pages = read(tmp_path, make())
    assert pages[0].missing == {"name"}
    assert "mapped column 'name' (from 'name'" in source.notes[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"name": ["x"]}, "required column 'id' is not among its 1 columns; check 'source' of the columns"),
        ({"identity": ["x"], "other": ["y"]}, "required column 'id' is not among its 2 columns"),
    ],
    ids=["lacks", "other"],
)
def test_file_without_a_needed_column_is_one_sentence(tmp_path, content, said):
    write(tmp_path, content)
    with pytest.raises(FatalSourceError, match=r"File a\.parquet") as caught:
        read(tmp_path, make())
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "spoil",
    [lambda content: content[:-5], lambda content: content[:40], lambda _: b"id,name\n1,x\n"],
    ids=["end", "head", "csv"],
)
def test_file_that_is_cut_or_no_parquet_is_one_sentence(tmp_path, spoil):
    write(tmp_path, {"id": range(1_000), "name": ["x"] * 1_000})
    path = tmp_path / "a.parquet"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(FatalSourceError, match=r"a\.parquet is no Parquet file, or was cut"):
        read(tmp_path, make())


def test_file_with_a_broken_middle_is_one_sentence(tmp_path):
    write(tmp_path, {"id": range(1_000), "name": ["x"] * 1_000})
    path = tmp_path / "a.parquet"
    content = bytearray(path.read_bytes())
    content[-60:-8] = b"\xff" * 52
    path.write_bytes(content)
    with pytest.raises(FatalSourceError, match=r"a\.parquet can't be read as Parquet: .*Nothing was saved"):
        read(tmp_path, make())


def test_parquet_that_is_declared_as_csv_says_what_to_set(tmp_path):
    write(tmp_path, {"id": ["1"], "name": ["x"]})
    with pytest.raises(FatalSourceError, match="is a Parquet file; set format: parquet"):
        read(tmp_path, make(format="csv"))


def test_csv_whose_first_column_is_called_like_the_mark_is_a_csv(tmp_path):
    (tmp_path / "a.csv").write_text("PAR1,id\n1,2\n")
    _, pages = read(tmp_path, make(format="csv", path="a.csv"))
    assert pages[0].records == 1


def test_table_without_rows_is_empty_and_no_error(tmp_path):
    write(tmp_path, {"id": [], "name": []}, schema={"id": pl.String, "name": pl.String})
    source, pages = read(tmp_path, make())
    assert (pages, source.is_whole) == ([], True)


def test_record_longer_than_allowed_is_an_error(tmp_path):
    write(tmp_path, {"id": ["1"], "name": ["x" * 500]})
    with pytest.raises(FatalSourceError, match="more than max_field_chars, 100"):
        read(tmp_path, make(max_field_chars=100))


def test_key_that_is_called_like_one_of_ours_keeps_its_value(tmp_path):
    write(tmp_path, {"id": ["1"], "_file": ["theirs"]})
    (record,) = records(read(tmp_path, make({"id": {"required": True}, "file": {"source": "_file"}}))[1])
    assert (record["_file"], record["_file_"]) == ("a.parquet", "theirs")


def test_words_of_csv_are_refused(tmp_path):
    with pytest.raises(ValueError, match="'footer_rows' is for CSV"):
        make(footer_rows=1)


def test_unchanged_file_is_not_read_again(tmp_path):
    write(tmp_path, {"id": ["1"], "name": ["x"]})
    source, _ = read(tmp_path, make())
    again, pages = read(tmp_path, make(), previous=source.describe())
    assert (pages, again.describe()["strategy"]) == ([], "unchanged")
