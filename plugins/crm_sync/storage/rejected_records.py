"""Opens, counts and resolves rejected records; judging records is left to validate.

Masks are applied by the caller, before a record comes here.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import psycopg2

from crm_sync.fields.findings import BuiltInRule
from crm_sync.storage.json_text import clean_json_text, clean_text
from crm_sync.storage.replay_part import ReplayPart
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_KEY_BYTES = 500
"""Longer record ids are shortened: an index row of PostgreSQL holds 2,704 bytes."""

_NAME_CHARS = 200
_TEXT_CHARS = 2000
_COPY = "copy new_rejects (record_id, field, rule, error, value, record, record_altered) from stdin"
_COPY_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
"""The backslash comes first, as the others bring one."""


@dataclass(frozen=True)
class RejectedRow:
    """One thing that is wrong with one record."""

    record_id: str | None
    """Id of the record, see `fields/record_ids.py`; None: the sha-256 of `record` stands in."""
    field: str
    """Column at fault; empty for the record as a whole."""
    rule: str
    error: str
    value: str | None
    """The value at fault, `***` where it is sensitive."""
    record: str | None
    """The record as fetched, JSON text, masked; None keeps the one that an open reject already has."""
    record_altered: bool = False
    """NUL or lone surrogates of it were replaced before it came here."""


class _Values(NamedTuple):
    """What is stored of a reject, in the order of the columns."""

    record_id: str
    field: str
    rule: str
    error: str
    value: str | None
    record: str | None
    is_altered: bool


def make_record_id(record_id: str | None, record: str | None) -> str:
    """Return the id under which a record's rejects are stored: cleaned, at most 500 bytes.

    Args:
        record_id: primary key at the source, None where it is missing.
        record: JSON text of the record, for the id of one without key.
    """
    if record_id is None:
        return "sha256:" + hashlib.sha256(_encode(record or "")).hexdigest()
    cleaned = clean_text(record_id)
    encoded = cleaned.encode()
    if len(encoded) <= _KEY_BYTES:
        return cleaned
    digest = hashlib.sha256(encoded).hexdigest()
    return f"{encoded[:400].decode(errors='ignore')}…sha256:{digest}"


def record_rejects(
    cursor: PgCursor, rows: Sequence[RejectedRow], *, history_id: int, crm_source: str, sync_type: str
) -> int:
    """Keep the rejects of one chunk, in the caller's transaction: new ones are opened, open ones are counted.

    One reject per record, field and rule; of several in `rows` the last one counts. Takes any text: what
    jsonb can't hold becomes U+FFFD and `record_altered` says so; a record that is no valid JSON is kept as
    one JSON string.

    Returns:
        Number of different rejects.
    """
    by_key = {}
    for row in rows:
        record, is_altered = (None, False) if row.record is None else clean_json_text(row.record)
        record_id = make_record_id(row.record_id, row.record)
        key = (record_id, clean_text(row.field)[:_NAME_CHARS], clean_text(row.rule)[:_NAME_CHARS])
        by_key[key] = _Values(
            *key,
            clean_text(row.error)[:_TEXT_CHARS],
            None if row.value is None else clean_text(row.value)[:_TEXT_CHARS],
            record,
            row.record_altered or is_altered,
        )
    if by_key:
        parameters = {"sync_history_id": history_id, "crm_source": crm_source, "sync_type": sync_type}
        _store(cursor, list(by_key.values()), parameters)
    return len(by_key)


def resolve_passed(
    cursor: PgCursor,
    crm_source: str,
    sync_type: str,
    list_ids: Callable[[], Iterable[str]],
    *,
    seen: Collection[tuple[str, str, str]] = (),
    part: ReplayPart | None = None,
) -> int:
    """Close the open rejects of records that were saved, in the caller's transaction.

    Args:
        cursor: in the transaction that saved them.
        crm_source: CRM account.
        sync_type: entity.
        list_ids: lists the records now in the table, those that were unchanged included; called only where
            a reject is open.
        seen: (record_id, field, rule) that was found again in this chunk and stays open, such as
            field_nulled.
        part: what a replay was asked for; a reject of a record that it did not read stays open. None: no
            replay, and a collision stays open, because it is another record's with the same id.

    Returns:
        Number of rejects that were closed.
    """
    entity = {"crm_source": crm_source, "sync_type": sync_type}
    cursor.execute(load_sql("queries/exists_open_reject"), entity)
    if cursor.fetchone() == (False,):
        return 0
    ids = [make_record_id(record_id, None) for record_id in list_ids()]
    cursor.execute(load_sql("queries/select_open_rejects_of_records"), {**entity, "record_ids": ids})
    still_open = {(make_record_id(record_id, None), field, rule) for record_id, field, rule in seen}
    rejects = cursor.fetchall()
    if part is None:
        replayed = {id_ for id_, _, _, rule in rejects if rule != BuiltInRule.COLLISION}
    else:
        replayed = part.find_replayed((id_, record_id, rule) for id_, record_id, _, rule in rejects)
    passed = [
        id_
        for id_, record_id, field, rule in rejects
        if id_ in replayed and (record_id, field, rule) not in still_open
    ]
    if not passed:
        return 0
    cursor.execute(load_sql("queries/resolve_rejected_records"), {"ids": passed})
    return int(cursor.rowcount)


def _store(cursor: PgCursor, values: Sequence[_Values], parameters: dict[str, object]) -> None:
    """Store rejects in bulk; a record that jsonb refuses (depth, digits, size) is kept as a JSON string."""
    cursor.execute("savepoint rejects")
    try:
        cursor.execute(load_sql("queries/create_new_rejects"))
        cursor.copy_expert(_COPY, io.BytesIO(b"".join(map(_make_copy_line, values))))
        cursor.execute(load_sql("queries/upsert_rejected_records"), parameters)
    except (psycopg2.DataError, psycopg2.errors.ProgramLimitExceeded, psycopg2.errors.StatementTooComplex):
        cursor.execute("rollback to savepoint rejects")
        if len(values) > 1:
            middle = len(values) // 2
            _store(cursor, values[:middle], parameters)
            _store(cursor, values[middle:], parameters)
            return
        (one,) = values
        if one.record is None or one.record.startswith('"'):
            raise
        _store(cursor, [one._replace(record=json.dumps(one.record, ensure_ascii=False))], parameters)
    cursor.execute("release savepoint rejects")


def _make_copy_line(values: _Values) -> bytes:
    cells = ("\\N" if cell is None else _escape(str(cell)) for cell in values)
    return ("\t".join(cells) + "\n").encode()


def _escape(text: str) -> str:
    # 20 times faster for a long text than str.translate
    for letter, escaped in _COPY_ESCAPES:
        text = text.replace(letter, escaped)
    return text


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
