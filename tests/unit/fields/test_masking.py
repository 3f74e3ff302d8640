"""Masks: the column, the raw record that is kept, and the way back through a replay."""

from __future__ import annotations

from hashlib import sha256

import polars as pl
import pytest

from crm_sync.fields.masking import mask_record
from crm_sync.sync.transform import transform_chunk
from tests.unit.fields.fields_support import finding_tuples, make_entity, transform

FIELDS = {
    "email": {"source": "properties.email", "type": "email", "mask": "sha256"},
    "ssn": {"source": "properties.ssn", "sensitive": True},
    "note": {"source": ["properties.note", "properties.memo"], "mask": "drop"},
}
ENTITY = make_entity(FIELDS)
RECORD = {"id": "1", "properties": {"email": " Ann@Example.com", "ssn": "123-45", "memo": "m", "city": "x"}}
DIGEST = sha256(b"ann@example.com").hexdigest()


def test_mask_sha256_hashes_the_canonical_value_and_drop_empties_the_column() -> None:
    row = transform(ENTITY, RECORD).typed.row(0, named=True)
    assert (row["email"], row["ssn"], row["note"]) == (DIGEST, "123-45", None)


def test_mask_null_stays_null() -> None:
    assert transform(ENTITY, {"id": "1"}).typed.row(0, named=True)["email"] is None


def test_mask_record_hides_by_source_path_and_leaves_the_rest() -> None:
    masked = mask_record(RECORD, ENTITY)
    assert masked == {"id": "1", "properties": {"email": DIGEST, "ssn": "***", "city": "x"}}
    assert RECORD["properties"]["ssn"] == "123-45"


def test_mask_record_twice_changes_nothing_more() -> None:
    once = mask_record(RECORD, ENTITY)
    assert mask_record(once, ENTITY) == once


@pytest.mark.parametrize("properties", ["secret text", ["secret"], 5])
def test_mask_record_with_another_shape_hides_the_whole(properties: object) -> None:
    assert mask_record({"id": "1", "properties": properties}, ENTITY)["properties"] == "***"


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_mask_record_leaves_a_blank_sensitive_value(blank: str | None) -> None:
    assert mask_record({"properties": {"ssn": blank}}, ENTITY) == {"properties": {"ssn": blank}}


def test_mask_replay_keeps_the_digest_and_does_not_hash_it_again() -> None:
    record = mask_record({"id": "1", "properties": {"email": "ann@example.com"}}, ENTITY)
    result = transform(ENTITY, record)
    assert result.typed["email"].to_list() == [DIGEST]
    assert result.findings.is_empty()


def test_mask_replay_of_a_removed_value_rejects_instead_of_wiping() -> None:
    result = transform(ENTITY, mask_record(RECORD, ENTITY))
    assert finding_tuples(result.findings) == [(0, "ssn", "redacted", "reject")]
    assert result.findings["value"].to_list() == [None]


def test_mask_finding_shows_neither_value_nor_library_text() -> None:
    findings = transform(ENTITY, {"id": "1", "properties": {"email": "secret no mail"}}).findings
    assert findings.row(0, named=True)["value"] == "***"
    assert findings.row(0, named=True)["error"] == "not a valid email"
    assert "secret" not in str(findings.rows())


def test_mask_record_of_a_table_takes_the_header_as_one_key() -> None:
    read = {"strategy": "files", "path": "x.csv"}
    entity = make_entity({"pin": {"source": "PIN (4 dig.)", "sensitive": True}}, read=read)
    assert mask_record({"PIN (4 dig.)": "1234"}, entity) == {"PIN (4 dig.)": "***"}


def test_mask_record_hashes_bytes_as_the_column_does() -> None:
    entity = make_entity({"token": {"mask": "sha256"}})
    column = transform_chunk(pl.DataFrame({"id": ["1"], "token": [b"A\x00"]}), entity).typed["token"]
    assert mask_record({"id": "1", "token": b"A\x00"}, entity)["token"] == column.item()
