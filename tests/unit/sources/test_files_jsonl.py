from __future__ import annotations

import json

import pytest

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.json_lines import JsonLinesFile
from tests.unit.sources.files_support import make_entity


def read_jsonl(folder, content: bytes, entity=None, *, page_records: int = 100, skip: int = 0):
    entity = entity or make_entity(format="jsonl")
    path = folder / "places.jsonl"
    path.write_bytes(content)
    encoding = "utf-8-sig" if entity.read.encoding == "utf-8" else entity.read.encoding
    file = JsonLinesFile(path, "places.jsonl", entity, entity.read, encoding)
    return list(file.read_blocks(page_records=page_records, skip=skip))


def records_of(blocks) -> list:
    return [json.loads(line) for block in blocks for line in block.lines.decode().split("\n")[:-1]]


def test_jsonl_file_reads_one_object_a_line(tmp_path):
    content = (
        '\ufeff{"id": 1, "a": {"b": "x\u2028y"}}\r\n\n{"id": "00501", "n": 1234567890123456789.12}'.encode()
    )
    blocks = read_jsonl(tmp_path, content)
    assert records_of(blocks) == [
        {"id": 1, "a": {"b": "x\u2028y"}},
        {"id": "00501", "n": "1234567890123456789.12"},
    ]
    assert blocks[0].key_paths == {"id", "a", "n"}
    assert blocks[0].bad_lines == ()


@pytest.mark.parametrize("line", ['{"id": 1', "[1]", "17", "null", '"text"', "{'id': 1}"])
def test_jsonl_line_that_is_no_object_is_kept_as_it_is(tmp_path, line):
    blocks = read_jsonl(tmp_path, b'{"id": 1}\n' + line.encode() + b'\n{"id": 2}\n')
    assert blocks[0].lines == b'{"id":1}\n' + line.encode() + b'\n{"id":2}\n'
    assert blocks[0].bad_lines == (2,)
    assert blocks[0].records == 3


def test_jsonl_line_ends_only_at_a_line_feed(tmp_path):
    assert records_of(read_jsonl(tmp_path, b'{"id":\r1}\r\n{"id": 2}\n')) == [{"id": 1}, {"id": 2}]


def test_jsonl_file_resumes_after_any_record(tmp_path):
    content = b"".join(b'{"id": %d}\n\n' % number for number in range(11))
    for skip in range(12):
        blocks = read_jsonl(tmp_path, content, page_records=3, skip=skip)
        assert [record["id"] for record in records_of(blocks)] == list(range(skip, 11))


def test_jsonl_file_in_another_encoding_is_read(tmp_path):
    content = '{"id": "\u00e9"}\n'.encode("utf-16")
    assert records_of(read_jsonl(tmp_path, content, make_entity(format="jsonl", encoding="utf-16"))) == [
        {"id": "\u00e9"}
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"id": 1}\n{"id": "\xff"}\n', "byte 18 (counted from 0), in line 2,"),
        (b'{"id": 1}\n{"id": "' + b"x" * 100 + b'"}\n', "line 2 is longer than max_field_chars, 100"),
    ],
    ids=["encoding", "huge_line"],
)
def test_jsonl_file_with_a_fault_fails_with_its_place(tmp_path, content, message):
    with pytest.raises(FatalSourceError) as caught:
        read_jsonl(tmp_path, content, make_entity(format="jsonl", max_field_chars=100))
    assert message in str(caught.value)


def test_jsonl_objects_get_only_the_reserved_keys_that_are_mapped(tmp_path):
    fields = {"id": {}, "line": {"source": "_line"}, "hash": {"source": "_hash"}, "file": {"source": "_file"}}
    assert records_of(read_jsonl(tmp_path, b'{"id": 1}\n')) == [{"id": 1}]
    record = records_of(read_jsonl(tmp_path, b'\n{"id": 1}\n', make_entity(fields, format="jsonl")))[0]
    assert (record["_line"], record["_file"], len(record["_hash"])) == (2, "places.jsonl", 64)


def test_jsonl_bad_lines_become_shape_findings_of_transform(tmp_path):
    from crm_sync.sync.transform import transform_chunk

    content = b'{"id": 1, "name": "a", "more": 1}\n{"id": 2\n[3]\n{"id": 4, "name": "d"}\n'
    entity = make_entity(format="jsonl")
    block = read_jsonl(tmp_path, content, entity)[0]
    chunk = transform_chunk(block.lines, entity, key_paths=block.key_paths)
    assert chunk.typed.select("id", "name", "extra").rows() == [
        ("1", "a", '{"more":1}'),
        (None, None, None),
        (None, None, None),
        ("4", "d", None),
    ]
    assert chunk.findings.select("row", "rule", "error").rows() == [
        (1, "shape", "the line is not valid JSON"),
        (2, "shape", "the line is an array, expected an object"),
    ]
