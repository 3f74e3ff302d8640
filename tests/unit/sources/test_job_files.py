"""A job's file: which host is asked in whose name, ranges of one version, blocks of whole records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

import pytest
import requests
from requests.structures import CaseInsensitiveDict

from crm_sync.config.job_files import JobFile
from crm_sync.exceptions import ConfigError, StalePositionError, UnexpectedResponseError
from crm_sync.rest.auth import BearerAuth, NoAuth
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Answer
from crm_sync.rest.transport import Transport
from crm_sync.sources.jobs import csv_blocks
from crm_sync.sources.jobs.csv_blocks import BrokenFileError, find_end, find_first_end, read_rows
from crm_sync.sources.jobs.file_places import FilePlace, find_place, is_wanted
from crm_sync.sources.jobs.file_ranges import FileRanges


def words(**more):
    return JobFile.model_validate(
        {"address_path": "file", "when_extra": "by_file", "allowed": [".cdn.example.net"],
         "allowed_extra": "hosts", "s3_host": "https://s3.{region}.example.com", "s3_host_extra": "s3",
         **more}
    )  # fmt: skip


def make_client(**extras):
    transport = Transport(requests.Session(), "https://crm.example")
    return RestClient(transport=transport, auth=BearerAuth("secret"), extras={"region": "eu", **extras})


@pytest.mark.parametrize(
    ("address", "base", "path", "query"),
    [
        ("https://a.cdn.example.net/x/y.csv?signed=1", "https://a.cdn.example.net", "/x/y.csv", "signed=1"),
        ("https://files.example.org/y.csv", "https://files.example.org", "/y.csv", ""),
        ("https://crm.example/y.csv", "https://crm.example", "/y.csv", ""),
        ("s3://bucket/a b/y.csv", "https://s3.eu.example.com", "/bucket/a%20b/y.csv", ""),
    ],
    ids=["below", "extra", "own", "s3"],
)
def test_allowed_host_is_asked_without_the_key(address, base, path, query):
    place = find_place(make_client(hosts="files.example.org, other.example.org"), words(), address)
    assert (place.client.base_url, place.path, place.query) == (base, path, query)
    assert isinstance(place.client.auth, NoAuth)


@pytest.mark.parametrize(
    "address",
    ["https://cdn.example.net/y", "https://a.cdn.example.net:8443/y", "https://u:p@a.cdn.example.net/y",
     "http://a.cdn.example.net/y", "https://a.cdn.example.net/", "https://x:port/y", "y.csv"],
    ids=["domain", "port", "user", "plain", "no_path", "no_port", "no_host"],
)  # fmt: skip
def test_any_other_address_is_one_sentence(address):
    with pytest.raises(UnexpectedResponseError, match=r"not allowed|is not an address"):
        find_place(make_client(), words(), address)


def test_host_of_s3_is_an_address(monkeypatch):
    with pytest.raises(ConfigError, match=r"extra\.s3.*begins with https://"):
        find_place(make_client(s3="localhost:9000"), words(), "s3://bucket/y.csv")
    assert find_place(make_client(s3="http://localhost:9000"), words(), "s3://b/y").client.base_url.endswith(
        "9000"
    )


@pytest.mark.parametrize(("extra", "wanted"), [("True", True), ("false", False), ("", False)])
def test_extra_switches_files_on(extra, wanted):
    assert is_wanted(make_client(by_file=extra), words()) is wanted


@dataclass
class Host:
    """Answers requests for ranges of one content."""

    content: bytes = b"0123456789"
    etag: str = '"1"'
    knows_ranges: bool = True
    told: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    def send(self, request):
        self.asked.append(dict(request.headers))
        if request.headers.get("If-Match", self.etag) != self.etag:
            return Answer(412, b"", CaseInsensitiveDict(), datetime.now(UTC))
        start, _, end = request.headers["Range"].removeprefix("bytes=").partition("-")
        part = self.content[int(start) : int(end) + 1]
        told = self.told or f"bytes {start}-{int(start) + len(part) - 1}/{len(self.content)}"
        headers = CaseInsensitiveDict(
            {"ETag": self.etag, **({"Content-Range": told} if self.knows_ranges else {})}
        )
        status, body = (206, part) if self.knows_ranges else (200, self.content)
        answer = Answer(status, body, headers, datetime.now(UTC))
        return Answer(status, body, headers, answer.received_at, data=request.read(answer))


def open_ranges(host, etag=""):
    return FileRanges(FilePlace(host, "/y.csv"), etag)


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_ranges_are_read_one_by_one_from_any_server(knows_ranges):
    host = Host(knows_ranges=knows_ranges)
    ranges = open_ranges(host)
    assert [ranges.read(at, 4) for at in (0, 4, 8)] == [b"0123", b"4567", b"89"]
    assert (ranges.size, ranges.take_calls(), ranges.take_calls()) == (10, 3, 0)
    assert [one.get("If-Match") for one in host.asked] == [None, '"1"', '"1"']


def test_weak_version_is_not_asked_for():
    host = Host(etag='W/"1"')
    ranges = open_ranges(host)
    assert ranges.read(0, 4) + ranges.read(4, 4) == b"01234567"
    assert ranges.etag == ""


def test_other_version_begins_anew():
    with pytest.raises(StalePositionError):
        open_ranges(Host(), '"0"').read(0, 4)
    host = Host(etag="")
    ranges = open_ranges(host)
    ranges.read(0, 4)
    host.content += b"more"
    with pytest.raises(StalePositionError):
        ranges.read(4, 4)


@pytest.mark.parametrize("told", ["bytes 1-4/10", "bytes 0-2/10", "bytes 0-3/*", "none"])
def test_answer_that_is_another_part_is_broken(told):
    with pytest.raises(ValueError, match=r"Content-Range|another part"):
        open_ranges(Host(told=told)).read(0, 4)


@pytest.mark.parametrize(
    ("block", "end", "first"),
    [
        (b'"a"\n"b', 4, 4), (b'"a\n', 0, 0), (b'"a\nb"\n"c\n\n', 6, 6), (b"", 0, 0), (b'"a""\n"\nx', 7, 7),
        (b'"a"\n"b\n"\n"c"', 9, 4),
    ],
)  # fmt: skip
def test_whole_records_end_outside_of_quotes(block, end, first):
    assert (find_end(block), find_first_end(block)) == (end, first)


def test_null_has_no_quotes_unless_the_words_say_otherwise():
    block = b'"",\n,"x"\n'
    assert read_rows(block, ["a", "b"], words()).rows() == [("", None), (None, "x")]
    assert read_rows(block, ["a", "b"], words(quoted_empty="null")).rows() == [(None, None), (None, "x")]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "]", "^"])
def test_plain_rows_are_counted_as_pythons_reader_counts_them(seed, delimiter):
    rng = Random(seed)
    counted = 0
    parts = ['"', '""', "a", "\u00fc", "\n", "\r\n", delimiter, f'"{delimiter}"', '"x"', "\0", " "]
    for _ in range(200):
        width = rng.randrange(1, 4)
        text = "".join(rng.choices(parts, k=rng.randrange(12)))
        if rng.random() < 0.5:
            cells = ['"' + text.replace('"', '""') + '"', "", "b", '""']
            rows = [delimiter.join(rng.choices(cells, k=width)) for _ in range(rng.choice([0, 1, 2, 3, 130]))]
            text = "\n".join(rows) + rng.choice(["", "\n"])
        found = csv_blocks._count_plain_rows(text.encode(), width, delimiter)
        if found is not None:
            counted += 1
            assert found == csv_blocks._count_rows(text, width, words(delimiter=delimiter)), text
    assert counted > 20


def test_plain_rows_need_no_second_reader(monkeypatch):
    monkeypatch.setattr(csv_blocks, "_count_rows", None)
    block = b'"a",,"x ""y"" z"\nb,"1\n2,\r",\n,,"\xc3\xbc"'
    assert read_rows(block, ["a", "b", "c"], words()).rows() == [
        ("a", None, 'x "y" z'),
        ("b", "1\n2,\r", None),
        (None, None, "\u00fc"),
    ]


@pytest.mark.parametrize("rows", [b"a,b\na\n", b"a,b\n\na,b\n", b'a,b\n"a"\n', b"a\na,b,c\n"])
def test_row_of_another_width_is_still_broken(rows):
    with pytest.raises(BrokenFileError, match=r"has a row of [0-3] cells, and the header has 2"):
        read_rows(rows, ["a", "b"], words())


def test_blank_line_of_one_column_is_a_null():
    assert read_rows(b'"x"\n\n""\n', ["a"], words()).rows() == [("x",), (None,), ("",)]
    with pytest.raises(BrokenFileError, match="a row of 2 cells"):
        read_rows(b'"x","y"\n', ["a"], words())
