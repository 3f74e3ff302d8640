"""Files as people commit them, read at GitHub: what the CSV reader promises holds on this way, too."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile

import polars as pl
import pytest

from crm_sync.exceptions import CrmSyncError, FatalSourceError
from tests.sources.github.conftest import HEADER

ODD = [
    'quote " and, comma', "line\nbreak", "line\r\nbreak", "\u2028\u2029\u0085", "\u202e left",
    "e\u0301 \U0001f525", "1.2E+10", "5/1/2025", "=cmd()", "\\N", "null", " padded ", "'", "\ufeff inside",
    "x" * 200_000,
]  # fmt: skip


def put(account, content):
    account.fake.changes.write("zips.csv", content)


def to_csv(rows, **words):
    text = io.StringIO(newline="")
    csv.writer(text, **words).writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_text_arrives_letter_by_letter(account, text):
    put(account, to_csv([["zipcode", "city"], ["00501", text], ["00502", "after"]]))
    read = account.read()
    assert read.keys == ["00501", "00502"]
    assert read.frame["city"].to_list() == [text, "after"]
    assert read.reason is None


def test_byte_order_mark_of_a_spreadsheet_is_no_part_of_the_first_name(account):
    put(account, b"\xef\xbb\xbf" + HEADER.encode() + b"00501,,A,,NY\r\n")
    assert account.read().keys == ["00501"]


def test_other_name_of_the_key_is_taken(account):
    put(account, b"zip,city\r\n00501,A\r\n")
    entity = account.source.entities["zipcodes"]
    assert entity.fields["zipcode"].source == ("zipcode", "zip")
    assert account.read().frame["zip"].to_list() == ["00501"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"zipcode,zipcode\r\n1,2\r\n", "zipcode"),
        (b"city,state\r\nA,B\r\n", "zipcode"),
        (b'zipcode,city\r\n00501,"open\r\n00502,x\r\n', "line 2"),
        (b"zipcode,city\r\n00501,\xe4\r\n", "byte"),
        (b"<!DOCTYPE html><html></html>", "is a web page"),
        (b"\x1f\x8b\x08\x00broken", "can't be unpacked"),
    ],
    ids=["empty", "twice", "no_key", "open_quote", "bytes", "html", "gzip"],
)
def test_file_that_is_no_data_is_one_sentence_and_no_row(account, content, said):
    put(account, content)
    assert said in account.refuse(FatalSourceError)


def test_header_alone_is_an_empty_table_that_marks_nothing_by_itself(account):
    put(account, HEADER.encode())
    read = account.read()
    assert (read.keys, read.reason) == ([], None)


def test_short_and_long_rows_are_rejected_alone(account):
    put(account, HEADER.encode() + b"00501,N,A,B,NY\r\n00502,N\r\n00503,N,A,B,NY,more\r\n")
    faults = account.read().frame["_fault"].to_list()
    assert [fault is None for fault in faults] == [True, False, False]


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_packed_file_is_unpacked(account, pack):
    plain = HEADER.encode() + b"00501,N,A,B,NY\r\n"
    packed = io.BytesIO()
    if pack == "gzip":
        packed.write(gzip.compress(plain))
    else:
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("zips.csv", plain)
    put(account, packed.getvalue())
    assert account.read().keys == ["00501"]


def test_file_that_lost_the_line_break_at_its_end_is_a_doubt(account):
    before = account.read()
    put(account, account.fake.store.read_text().rstrip(b"\r\n"))
    read = account.read(previous=before.facts)
    assert "may be cut" in read.reason
    assert not read.is_whole


def test_file_of_five_megabytes_is_read_whole(account):
    rows = [[f"{number:06d}", "North", "Springfield", "Lane, County", "IL"] for number in range(120_000)]
    content = to_csv([HEADER.strip().split(","), *rows])
    assert len(content) > 5_000_000
    put(account, content)
    read = account.read()
    assert (len(read.keys), read.keys[-1]) == (120_000, "119999")


def test_json_lines_are_read_from_a_repository_too(account):
    account.fake.changes.write("in/a.jsonl", b'{"zipcode": "00501"}\n{"zipcode": "00502"}\n')
    read = account.read(account.at("in/*.jsonl", format="jsonl"))
    assert [record["zipcode"] for record in read.records] == ["00501", "00502"]


def test_errors_show_no_content_of_the_file(account):
    put(account, b'zipcode,city\r\n00501,"secret city\r\n')
    with pytest.raises(CrmSyncError) as caught:
        account.read()
    assert "secret city" not in str(caught.value)


def test_parquet_is_read_from_a_repository_too(account):
    content = io.BytesIO()
    pl.DataFrame({"zipcode": ["00501", "00502"], "city": ["A", None]}).write_parquet(content)
    account.fake.changes.write("in/a.parquet", content.getvalue())
    read = account.read(account.at("in/*.parquet", format="parquet"))
    assert [(record["zipcode"], record["city"]) for record in read.records] == [
        ("00501", "A"),
        ("00502", None),
    ]
    assert read.is_whole
