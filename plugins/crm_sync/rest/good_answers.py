"""Decodes and checks an answer whose status says success, and notes its oddities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crm_sync.exceptions import SourceUnavailableError
from crm_sync.fields.key_paths import split_path
from crm_sync.rest.alike_records import AlikeRecords
from crm_sync.rest.decoding import (
    decode_json,
    encode_lines,
    find_repeated_key,
    is_plain_utf8,
    is_utf8,
    make_printable,
    read_charset,
)
from crm_sync.rest.messages import EACH, Answer, Request, find_list
from crm_sync.untyped import Json


class BrokenAnswerError(SourceUnavailableError):
    """A success by its status but not by its body: requested again, in the end by Airflow's retry."""


def read_answer(answer: Answer, request: Request, notes: dict[str, None]) -> Answer:
    """Give the answer with its decoded body.

    Args:
        answer: with a status of success.
        request: says how to decode the answer and what it must look like.
        notes: takes its oddities.

    Raises:
        BrokenAnswerError: it is not what was asked for.
    """
    kind = answer.headers.get("Content-Type", "no content type")
    charset = read_charset(kind)
    read = request.read
    if (found := _read_alike(answer.body, charset, request)) is not None:
        records, rest = found
        _note_oddities(answer.body, rest, charset, request, notes, records.lines)
        return replace(answer, data=rest, lines=records.lines, alike=records)
    try:
        data = decode_json(answer.body, charset) if read is None else read(answer)
    except ValueError as error:
        fault: str | None = "is no JSON"
        if read is not None or "charset" in str(error):
            fault = f"can't be read: {error}" if read is None else str(error)
        data = None
    else:
        fault = request.check(data) if request.check else None
    if fault is not None:
        message = f"the answer {fault} (status {answer.status}, {kind}, {len(answer.body)} bytes)"
        if "html" in kind.lower():
            message += ": a web page, so the host or path may be wrong, or a proxy answers"
        raise BrokenAnswerError(message, status_code=answer.status)
    if read is not None:
        return replace(answer, data=data)
    lines, rest = _write_records(data, request.lines_path)
    if request.alike is not None:
        request.alike.learn(data)
    _note_oddities(answer.body, rest, charset, request, notes, lines)
    return replace(answer, data=data, lines=lines)


def _read_alike(body: bytes, charset: str | None, request: Request) -> tuple[AlikeRecords, Json] | None:
    """Read records that are alike; None: there is another way to decode the answer, or to find its fault."""
    if request.alike is None or not is_utf8(charset) or (found := request.alike.read(body)) is None:
        return None
    return None if request.check and request.check(found[1]) is not None else found


def _write_records(data: Json, path: str | None) -> tuple[bytes | None, Json]:
    """Give the records at a path as lines, and the data without them; None where there are no records."""
    keys = split_path(path) if path else ()
    records = None if path is None or EACH in keys else find_list(data, (path,))
    return (encode_lines(records), _leave_out(data, keys)) if records else (None, data)


def _leave_out(data: Json, keys: Sequence[str]) -> Json:
    return {**data, keys[0]: _leave_out(data[keys[0]], keys[1:])} if keys else []


def _note_oddities(
    body: bytes,
    data: object,
    charset: str | None,
    request: Request,
    notes: dict[str, None],
    lines: bytes | None,
) -> None:
    if not is_utf8(charset) and is_plain_utf8(body):
        notes[
            f"{request}: the answer names the charset {charset} and was decoded with it, although its bytes "
            "are valid UTF-8."
        ] = None
    if (key := find_repeated_key(body, data, charset, lines=lines)) is not None:
        notes[
            f"{request}: an object in an answer has the key '{make_printable(key)}' twice; the last one "
            "counts."
        ] = None
