"""Records that are alike are read at once, and give what decoding them one by one gives."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from crm_sync.rest.alike_records import AlikeReader, AlikeRecords
from crm_sync.sources.base import build_page
from crm_sync.sources.record_paths import collect_key_paths
from tests.unit.rest.test_client import REQUEST, make_client

RECORDS = [
    {"id": "1", "gone": False, "properties": {"email": "ä@b.example", "first name": None, "a.b": ""}},
    {"id": "2", "gone": True, "properties": {"email": 'c"\\\n\x01', "first name": "🙂", "a.b": "x"}},
]
REST = {"paging": {"next": 3.10}, "total": 2}


def make_body(records, **rest):
    return msgspec.json.encode({"results": records, **rest})


def make_reader(records=RECORDS):
    reader = AlikeReader("results", ("id", "properties", "none"))
    reader.learn({"results": records})
    return reader


def test_page_gives_the_same_records_lines_and_paths_as_decoding():
    records, data = make_reader().read(make_body(RECORDS, **REST))
    assert isinstance(records, AlikeRecords)
    assert list(records) == RECORDS
    assert records[1] == RECORDS[1]
    assert records[:1] == RECORDS[:1]
    assert len(records) == 2
    assert data == {"results": [], **REST}
    assert records.lines == msgspec.json.Encoder().encode_lines(RECORDS)
    page = build_page(records, cursor_key="k", cursor=None, lines=records.lines)
    assert (page.lines, page.records) == (records.lines, 2)
    assert page.key_paths == collect_key_paths(RECORDS)
    assert records.list_values("id") == ["1", "2"]
    assert records.list_values("properties") is None
    assert records.list_values("none") is None
    assert records.list_values("gone") is None  # nobody asked for it


GOOD = make_body(RECORDS)


@pytest.mark.parametrize(
    "body",
    [
        GOOD.replace(b'"id":"2"', b'"id":"1","id":"2"'),
        GOOD.replace(b'"email":"c', b'"email":"b","email":"c'),
        GOOD.replace(b'"id":"2"', b'"id":2'),
        GOOD.replace(b'"id":"2"', b'"id":2.50'),
        GOOD.replace(b'"id":"2",', b""),
        GOOD.replace(b'"id":"2"', b'"id":"2","more":null'),
        GOOD.replace(b'"id":"2"', b'"id":["2"]'),
        GOOD.replace(b'"id":"2"', b'"id": "2"'),
        GOOD.replace(b'"id":"2"', b'"id":"\\u0032"'),
        GOOD.replace(b'"id":"2"', b'"id":"\\ud83d"'),
        GOOD.replace(b'"id":"2"', b'"id":"\xff"'),
        GOOD.replace(b'"id":"2"', b'"id":"2\\/"'),
        GOOD.replace(b'"id":"2"', b'"\\u0069d":"2"'),
        GOOD.replace(b'"id":"2","gone":true', b'"gone":true,"id":"2"'),
        GOOD.replace(b'"results"', b'"results" '),
        GOOD[:-1] + b',"results":[{"id":"9"}]}',
        b'{"results":[{"id":"9"}],' + GOOD[1:],
        GOOD[:-1] + b"," + GOOD[1:],
        b'{"older":' + GOOD + b"," + GOOD[1:],
        b'{"results":[]}',
        b'{"results":null}',
        b"[]",
        b"",
        GOOD[:-2],
        b"\xef\xbb\xbf" + GOOD,
    ],
)
def test_whatever_is_not_spelled_like_this_is_left_to_decoding(body):
    assert make_reader().read(body) is None


@pytest.mark.parametrize(
    "record",
    [{"id": 1}, {"id": ["x"]}, {"id": {"a": {}}}, {'a"b': "x"}, {"ä": "x"}, {"o": {"\n": ""}}, {"": ""}, "x"],
)
def test_records_that_are_not_so_plain_teach_nothing(record):
    reader = AlikeReader("results")
    reader.learn({"results": [record]})
    assert reader.read(make_body([record])) is None


@pytest.mark.parametrize("data", [{"results": []}, {"results": None}, [], None])
def test_answer_without_records_teaches_nothing(data):
    reader = make_reader()
    reader.learn(data)
    assert reader.read(GOOD) is not None


def test_other_keys_are_learned_from_the_page_that_has_them():
    reader, other = make_reader(), [{"id": "1", "archivedAt": "2026-01-05", "empty": {}}]
    assert reader.read(make_body(other)) is None
    reader.learn({"results": other})
    records, _ = reader.read(make_body(other))
    assert list(records) == other
    assert records.key_paths == collect_key_paths(other) == {"id", "archivedAt"}


def test_a_reader_that_is_of_no_use_stops_trying():
    reader, other = make_reader(), make_body([{"id": "1"}])
    for _ in range(8):
        assert reader.read(other) is None
    assert reader.read(GOOD) is None
    useful = make_reader()
    for _ in range(20):
        assert useful.read(GOOD) is not None
        assert useful.read(other) is None


def send(*bodies):
    """Send a request whose records may be alike, once for each answer."""
    client = make_client(*((200, body, {"Content-Type": "application/json"}) for body in bodies))[0]
    request = replace(REQUEST, lines_path="results", alike=AlikeReader("results"))
    return client, [client.send(request) for _ in bodies]


def test_client_reads_the_second_page_at_once():
    client, (first, second) = send(GOOD, make_body(RECORDS, **REST))
    assert first.alike is None
    assert first.data == {"results": RECORDS}
    assert second.data == {"results": [], **REST}
    assert list(second.alike) == RECORDS
    assert second.lines == first.lines
    assert client.notes == {}


def test_key_that_comes_twice_is_still_noted():
    twice = GOOD.replace(b'"id":"2"', b'"id":"1","id":"2"')
    client, (_, second, third) = send(GOOD, twice, GOOD[:-1] + b',"total":1,"total":2}')
    assert second.data == {"results": RECORDS}
    assert third.data == {"results": [], "total": 2}
    ends = "twice; the last one counts."
    assert list(client.notes) == [
        f"GET /list: an object in an answer has the key '{key}' {ends}" for key in ("id", "total")
    ]


def test_body_in_another_charset_is_decoded_with_it():
    client = make_client(
        (200, GOOD, {}), (200, GOOD, {"Content-Type": "application/json; charset=iso-8859-1"})
    )[0]
    request = replace(REQUEST, lines_path="results", alike=AlikeReader("results"))
    client.send(request)
    answer = client.send(request)
    assert answer.alike is None
    assert answer.data["results"][0]["properties"]["email"] == "Ã¤@b.example"
