"""A file's bytes and the YAML to what a read of it must come to."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.oracle.archives import FileError, unpack
from tests.oracle.csv_cells import Cell, CsvError, Line, read_cells
from tests.oracle.json_values import read_json
from tests.oracle.records import OWN_NAMES, is_blank, judge
from tests.oracle.settings import Entity
from tests.oracle.told import Reading, Record
from tests.oracle.values import UNHOLDABLE
from tests.oracle.workbooks import WorkbookError, read_lines

_KEEPING = ("utf-8", "utf8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def read_file(content: bytes, entity: Entity, name: str = "") -> Reading:
    """Say what a read of one file must come to."""
    try:
        if entity.read.get("format") == "xlsx":
            return _bound(_read_workbook(content, entity, name), entity)
        text = _decode(unpack(content), entity.read.get("encoding", "utf-8"))
        if is_blank(text):
            raise FileError("the file is empty")
        if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
            raise FileError("a web page")
        if entity.read.get("format", "csv") == "jsonl":
            records = _read_json_lines(text, entity, name)
        else:
            records = _read_csv(text, entity, name)
    except (FileError, CsvError, WorkbookError) as fault:
        return Reading(failure=str(fault))
    return _bound(records, entity)


def _bound(records: list[Record], entity: Entity) -> Reading:
    most = entity.read.get("max_bad_records")
    bad = sum(one.rejected == ("shape",) for one in records)
    if most is not None and bad > most:
        return Reading(failure=f"{bad} broken records")
    return Reading(records)


def _decode(content: bytes, encoding: str) -> str:
    if content.startswith(b"\xef\xbb\xbf") and encoding.lower().replace("_", "-") not in (
        "utf-8",
        "utf8",
        "utf-8-sig",
    ):
        raise FileError("the mark of UTF-8, and another encoding is declared")
    codec = encoding.lower().replace("_", "-").replace("-", "")
    if codec in ("utf16", "utf32") and content[:2] not in (b"\xff\xfe", b"\xfe\xff", b"\0\0"):
        raise FileError("the order of its bytes is open")
    try:
        text = content.decode(encoding)
    except UnicodeError as error:
        raise FileError(f"not in {encoding}: {error}") from error
    # some codecs have taken it off
    return text.removeprefix("\N{BYTE ORDER MARK}") if encoding.lower() in _KEEPING else text


def _read_json_lines(text: str, entity: Entity, name: str) -> list[Record]:
    if text.lstrip()[:1] == "[":
        raise FileError("a JSON array")
    records = []
    for number, line in enumerate(text.split("\n"), start=1):
        if is_blank(line):
            continue
        try:
            found = read_json(line.rstrip("\r"), once=True)
        except ValueError:
            found = None
        if isinstance(found, dict):
            found = {**found, "_file": name, "_line": number}
        records.append(judge(found, entity, f"line {number}"))
    return records


def _read_csv(text: str, entity: Entity, name: str) -> list[Record]:
    read = entity.read
    above = read.get("header_row", 1) - 1
    # lines above the header belong to no record: a quote there opens nothing
    for _ in range(above):
        place = min((at for end in ("\r\n", "\n", "\r") if (at := text.find(end)) >= 0), default=-1)
        if place < 0:
            raise FileError("it ends above its header")
        text = text[place + (2 if text[place : place + 2] == "\r\n" else 1) :]
    starts = tuple(read.get("skip_lines_starting") or ())
    lines = [
        line
        for line in read_cells(text, read, first_line=above + 1)
        if not (starts and line.raw.startswith(starts))
    ]
    return _judge_lines(lines, entity, name)


def _read_workbook(content: bytes, entity: Entity, name: str) -> list[Record]:
    lines, unresolved = read_lines(content, entity.read)
    return [
        Record(one.place, rejected=("shape",))
        if one.place in {f"line {number}" for number in unresolved}
        else one
        for one in _judge_lines(lines, entity, name)
    ]


def _judge_lines(lines: list[Line], entity: Entity, name: str) -> list[Record]:
    read = entity.read
    if not lines or not lines[0].cells:
        raise FileError("no header")
    written = [cell.text for cell in lines[0].cells]
    header = [_clean(text) for text in written]
    if UNHOLDABLE.search("".join(header)):
        raise FileError("a name of the header has what PostgreSQL can't hold")
    if any(not one for one in header) or len(set(header)) < len(header):
        raise FileError("a name is missing or comes twice in the header")
    gone = _find_gone(header, entity)
    # the header again is the line that it was; one that is like it may be a record
    records = _leave_out(lines, written, read)
    again = {line.number for line in records if _is_header(line, written) and len(header) > 1}
    header = [f"{one}_" if one in OWN_NAMES else one for one in header]
    return [
        _judge_line(line, header, entity, name, gone)
        if line.number not in again
        else Record(f"line {line.number}", rejected=("shape",))
        for line in records
    ]


def _find_gone(header: list[str], entity: Entity) -> set[str]:
    gone = set()
    for column in entity.columns.values():
        if any(one in header or one in OWN_NAMES for one in column.sources):
            continue
        if column.required or column.name in entity.key:
            raise FileError(f"no column for {column.name}")
        gone.add(column.name)
    return gone


def _leave_out(lines: list[Line], header: list[str], read: dict[str, Any]) -> list[Line]:
    """Leave out the lines that are no records, by the YAML's words."""
    kept = lines[1:]
    if read.get("end_at_blank_line"):
        blank = next((at for at, line in enumerate(kept) if line.is_blank), len(kept))
        kept = kept[:blank]
    if footers := read.get("footer_rows", 0):
        full = [at for at, line in enumerate(kept) if not is_blank(line.raw)]
        kept = kept[: full[-footers]] if len(full) >= footers else []
    kept = _without_footer(kept, header)
    kept = [line for line in kept if not is_blank(line.raw)]
    if read.get("skip_repeated_header"):
        kept = [line for line in kept if not _is_header(line, header)]
    return kept


def _count_words(text: str) -> int:
    return sum(any(char.isalpha() for char in word) for word in text.split())


def _is_header(line: Line, header: list[str], *, cleaned: bool = False) -> bool:
    return [_clean(cell.text) if cleaned else cell.text for cell in line.cells] == header


def _without_footer(lines: list[Line], header: list[str]) -> list[Line]:
    """Leave out a report's own footer: behind the last blank line nothing but lines of one cell, words among them."""
    blank = next(
        (
            at
            for at in range(len(lines) - 1, -1, -1)
            if is_blank(lines[at].raw) and any(not is_blank(one.raw) for one in lines[at:])
        ),
        None,
    )
    if blank is None or len(header) < 2:
        return lines
    footer = [line for line in lines[blank:] if not is_blank(line.raw)]
    has_letters = all(any(char.isalpha() for char in line.raw) for line in footer)
    has_words = any(_count_words(line.cells[0].text) > 1 for line in footer)
    is_one = all(len(line.cells) == 1 for line in footer)
    return lines[:blank] if is_one and has_letters and has_words else lines


def _judge_line(line: Line, header: list[str], entity: Entity, name: str, gone: set[str]) -> Record:
    place = f"line {line.number}"
    cells, beyond = line.cells[: len(header)], line.cells[len(header) :]
    extra_word = entity.read.get("on_extra_columns", "error")
    if len(cells) < len(header):
        return Record(place, rejected=("shape",))
    if extra_word == "error" and any(not is_blank(cell.text) for cell in beyond):
        return Record(place, rejected=("shape",))
    record: dict[str, Any] = {
        column: None if _is_null(cell, entity.read) else cell.text
        for column, cell in zip(header, cells, strict=True)
    }
    while beyond and is_blank(beyond[-1].text):
        beyond.pop()
    if extra_word == "json":
        for number, cell in enumerate(beyond, start=len(header) + 1):
            record[f"column_{number}"] = None if _is_null(cell, entity.read) else cell.text
    in_order = [cell.text for _, cell in sorted(zip(header, cells, strict=True), key=lambda one: one[0])]
    content = json.dumps(in_order, ensure_ascii=False, separators=(",", ":"))
    record |= {
        "_file": name,
        "_line": str(line.number),
        "_hash": hashlib.sha256(content.encode("utf-8", "replace")).hexdigest(),
    }
    judged = judge(record, entity, place, flat=True, gone_columns=gone)
    if _is_header(line, header, cleaned=True):
        judged.may = (*judged.may, "shape")
    return judged


def _is_null(cell: Cell, read: dict[str, Any]) -> bool:
    """Compare a cell with the null marks as it stands in the file; in quotes it is text, but for three exceptions."""
    marks, quote, escape = read.get("null_values", [""]), read.get("quotechar", '"'), read.get("escapechar")
    if not cell.raw:
        return "" in marks
    if not cell.quoted:
        return cell.raw in marks
    in_quotes = f"{quote}{cell.raw}{quote}" in marks
    return in_quotes or (escape is not None and cell.raw.startswith(escape) and cell.raw in marks)


def _clean(name: str) -> str:
    return name.strip().removeprefix("\N{BYTE ORDER MARK}").strip()
