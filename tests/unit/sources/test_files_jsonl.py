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


@pytest.mark.parametrize(
    ("line", "is_bad"),
    [
        ('{"id": 1, "name": "a", "name": "b"}', True),
        ('{"id": 1, "in": {"x": 1, "x": 2}}', True),
        ('{"id": 1, "in": [{"x": 1, "x": 2}]}', True),
        ('{"id" : 1, "a" : 1, "a" : 2}', True),
        ('{"id": 1, "n": 1, "n": 1.0}', True),
        ('{"id": 1, "name": "a", "name": "a"}', False),
        ('{"id": 1, "name": "x\\": y", "in": [{"x": 1}, {"x": 2}]}', False),
        ('{"id" : 1, "a" :{"b": " "}}', False),
    ],
    ids=["plain", "nested", "in_array", "blanks", "notation", "equal", "quotes_in_text", "blanks_good"],
)
def test_jsonl_object_with_two_values_for_one_key_is_rejected(tmp_path, line, is_bad):
    content = b'{"id" : 7, "name": "\\": \\":"}\n' + line.encode() + b'\n{"id": 9}\n'
    block = read_jsonl(tmp_path, content)[0]
    assert block.bad_lines == ((2,) if is_bad else ())
    assert block.records == 3


def test_jsonl_object_with_two_values_for_one_key_is_kept_and_said(tmp_path):
    from crm_sync.sources.files.notes import Notes
    from crm_sync.sync.transform import transform_chunk

    entity, notes = make_entity(format="jsonl"), Notes()
    (tmp_path / "a.jsonl").write_bytes(b'{"id": 1}\n{"id": 2, "name": "a", "name": "b"}\n')
    file = JsonLinesFile(tmp_path / "a.jsonl", "a.jsonl", entity, entity.read, "utf-8-sig", notes)
    (block,) = file.read_blocks(page_records=10)
    chunk = transform_chunk(block.lines, entity, key_paths=block.key_paths)
    assert chunk.typed["id"].to_list() == ["1", None]
    assert chunk.findings["rule"].to_list() == ["shape"]
    assert b'{"id": 2, "name": "a", "name": "b"}' in block.lines
    assert notes.list() == ["File a.jsonl: line 2 has two values for the key 'name' and was rejected."]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'\xef\xbb\xbf\n [\n{"id": 1},\n{"id": 2}\n]\n', "is a JSON array: expected JSON lines"),
        (b'[{"id": 1}, {"id": 2}]', "is a JSON array"),
        (b'{\n  "id": 1\n}\n', "is one JSON document over several lines"),
    ],
    ids=["array", "array_in_a_line", "object"],
)
def test_file_that_is_one_json_document_fails_with_one_sentence(tmp_path, content, message):
    with pytest.raises(FatalSourceError, match=message):
        read_jsonl(tmp_path, content)


@pytest.mark.parametrize(
    "line",
    ['{"id": 1}{"id": 2}', '{"id": 1}, {"id": 2}', '{"id": 1},', '{"id": 1, "na'],
    ids=["glued", "comma_between", "trailing_comma", "cut"],
)
def test_jsonl_line_with_more_or_less_than_an_object_is_rejected_whole(tmp_path, line):
    from crm_sync.sync.transform import transform_chunk

    entity = make_entity(format="jsonl")
    block = read_jsonl(tmp_path, b'{"id": 0}\n' + line.encode(), entity)[0]
    chunk = transform_chunk(block.lines, entity, key_paths=block.key_paths)
    assert chunk.typed["id"].to_list() == ["0", None]
    assert chunk.findings["rule"].to_list() == ["shape"]


def test_jsonl_files_put_together_keep_no_byte_order_mark(tmp_path):
    blocks = read_jsonl(tmp_path, b'\xef\xbb\xbf{"id": 1}\n\xef\xbb\xbf{"id": 2}\n')
    assert records_of(blocks) == [{"id": 1}, {"id": 2}]


def test_jsonl_comments_are_passed_over_where_the_yaml_says_so(tmp_path):
    entity = make_entity(format="jsonl", skip_lines_starting=["//"])
    assert records_of(read_jsonl(tmp_path, b'// made\n{"id": 1}\n//\n', entity)) == [{"id": 1}]


def test_jsonl_key_with_a_dot_that_a_source_misses_is_said(tmp_path):
    from crm_sync.sources.files.notes import Notes

    entity, notes = make_entity({"id": {}, "name": {"source": "Account.Name"}}, format="jsonl"), Notes()
    (tmp_path / "a.jsonl").write_bytes(b'{"id": 1, "Account.Name": "x"}\n')
    file = JsonLinesFile(tmp_path / "a.jsonl", "a.jsonl", entity, entity.read, "utf-8-sig", notes)
    list(file.read_blocks(page_records=10))
    assert "write 'Account\\.Name' for it" in notes.list()[0]


def test_jsonl_keys_that_are_called_like_ours_keep_their_values(tmp_path):
    fields = {"id": {}, "line": {"source": "_line"}}
    block = read_jsonl(tmp_path, b'{"id": 1, "_line": "theirs"}\n', make_entity(fields, format="jsonl"))
    assert records_of(block) == [{"id": 1, "_line": 1, "_line_": "theirs"}]


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
