"""A small reader of workbooks by their XML alone: the lines of a sheet, with what the spreadsheet shows."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any
from xml.parsers import expat

from tests.oracle.csv_cells import Cell, Line

UNRESOLVED = object()
"""A formula that nobody has worked out."""
_DATES = {14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47}
_DAYS = {14, 15, 16, 17}


@dataclass
class Element:
    """An element of XML."""

    tag: str
    attrib: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def __iter__(self) -> Iterator[Element]:
        return iter(self.children)

    def get(self, name: str, default: Any = None) -> Any:
        """Give an attribute."""
        return self.attrib.get(name, default)

    def iter(self) -> Iterator[Element]:
        """Give it and all that is in it."""
        yield self
        for one in self.children:
            yield from one.iter()


class WorkbookError(Exception):
    """The file is no workbook, or lacks the sheet."""


def read_lines(content: bytes, read: dict[str, Any]) -> tuple[list[Line], set[int]]:
    """Give the sheet's rows from the header on, and the numbers of those with a formula without a result."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            rows = _read_rows(archive, read.get("sheet", ""))
    except (zipfile.BadZipFile, KeyError, expat.ExpatError, StopIteration) as error:
        raise WorkbookError(f"no workbook: {error!r}") from error
    lines, unresolved, width = [], set(), 0
    starts = tuple(read.get("skip_lines_starting") or ())
    for number in range(1, max(rows, default=0) + 1):
        cells = rows.get(number, [])
        if any(one is UNRESOLVED for one in cells):
            unresolved.add(number)
        texts = ["" if one is UNRESOLVED else one for one in cells]
        while texts and not texts[-1].strip():
            texts.pop()
        if number < read.get("header_row", 1) or (starts and texts and texts[0].startswith(starts)):
            continue
        width = width or len(texts)
        texts += [""] * (width - len(texts)) if texts else []
        lines.append(Line(number, [Cell(one, one, quoted=False) for one in texts], "\t".join(texts)))
    return lines, unresolved


def _parse(content: bytes) -> Element:
    stack = [Element("")]

    def start(tag: str, attrib: dict[str, str]) -> None:
        stack[-1].children.append(Element(tag, attrib))
        stack.append(stack[-1].children[-1])

    def take(text: str) -> None:
        stack[-1].text += text

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.CharacterDataHandler = start, take
    parser.EndElementHandler = lambda _: stack.pop()
    parser.Parse(content, True)
    return stack[0].children[0]


def _read_rows(archive: zipfile.ZipFile, wanted: str) -> dict[int, list[Any]]:
    book = _parse(archive.read("xl/workbook.xml"))
    sheets = [one for one in book.iter() if _name(one) == "sheet"]
    shown = [one for one in sheets if one.get("state", "visible") == "visible"] or sheets
    sheet = next(one for one in (sheets if wanted else shown) if wanted in ("", one.get("name")))
    link = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
    links = _parse(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(one.get("Target", "") for one in links if one.get("Id") == link)
    part = target[1:] if target.startswith("/") else f"xl/{target}"
    is_1904 = any(one.get("date1904") in ("1", "true") for one in book.iter() if _name(one) == "workbookPr")
    texts, formats = _read_texts(archive), _read_formats(archive)
    rows: dict[int, list[Any]] = {}
    for row in _parse(archive.read(part)).iter():
        if _name(row) != "row":
            continue
        number = int(row.get("r") or max(rows, default=0) + 1)
        rows[number] = []
        for cell in row:
            place = _column(cell.get("r", "")) or len(rows[number]) + 1
            rows[number] += [""] * (place - 1 - len(rows[number]))
            rows[number].append(_tell(cell, texts, formats, is_1904=is_1904))
    return rows


def _tell(cell: Element, texts: list[str], formats: list[tuple[int, str]], *, is_1904: bool) -> Any:
    kind = cell.get("t", "n")
    parts = {_name(one): one for one in cell}
    if kind == "inlineStr":
        return _unescape(_join(parts["is"])) if "is" in parts else ""
    text = parts["v"].text if "v" in parts else ""
    if not text:
        return UNRESOLVED if "f" in parts and kind != "str" else ""
    if kind == "s":
        return _unescape(texts[int(text)])
    if kind == "b":
        return "TRUE" if text == "1" else "FALSE"
    if kind in ("str", "e"):
        return _unescape(text)
    number, code = formats[int(cell.get("s", 0))] if formats else (0, "")
    if number in _DATES or (code and re.search("[dmyhs]", re.sub(r'"[^"]*"|\\.|\[(?!h)[^\]]*\]', "", code))):
        return _write_time(Decimal(text), number, code, is_1904=is_1904)
    if re.fullmatch(r"-?\d+", text):
        is_padded = re.fullmatch("00+", code) and not text.startswith("-")
        return text.zfill(len(code)) if is_padded else str(int(text))
    # what is shown is the double, cut to 15 digits
    rounded = Context(prec=15, rounding=ROUND_HALF_EVEN).create_decimal(Decimal(float(text)))
    plain = format(rounded, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _write_time(days: Decimal, number: int, code: str, *, is_1904: bool) -> str:
    milliseconds = int((days * 86_400_000).to_integral_value(ROUND_HALF_EVEN))
    if number == 46 or "[h]" in code:
        sign, milliseconds = "-" if milliseconds < 0 else "", abs(milliseconds)
        seconds, rest = divmod(milliseconds, 1000)
        fraction = f".{rest:03d}".rstrip("0") if rest else ""
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"
    zero = datetime.fromisoformat("1904-01-01" if is_1904 else "1899-12-30")
    moment = zero + timedelta(milliseconds=milliseconds)
    if days < 1 and milliseconds < 86_400_000:
        return moment.time().isoformat()
    if not is_1904 and days < 60:
        moment += timedelta(days=1)  # the calendar of spreadsheets has a 29 February 1900
    shows_clock = number not in _DAYS and (number in _DATES or re.search("[hs]", code))
    return (
        moment.isoformat()
        if shows_clock or moment.time().isoformat() != "00:00:00"
        else moment.date().isoformat()
    )


def _read_texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_join(one) for one in _parse(archive.read("xl/sharedStrings.xml"))]


def _read_formats(archive: zipfile.ZipFile) -> list[tuple[int, str]]:
    if "xl/styles.xml" not in archive.namelist():
        return []
    styles = _parse(archive.read("xl/styles.xml"))
    codes = {
        int(one.get("numFmtId", 0)): one.get("formatCode", "")
        for one in styles.iter()
        if _name(one) == "numFmt"
    }
    listed = next(one for one in styles if _name(one) == "cellXfs")
    numbers = [int(one.get("numFmtId", 0)) for one in listed]
    return [(number, codes.get(number, "")) for number in numbers]


def _join(element: Element) -> str:
    """Join the texts of runs; those of a pronunciation are none of them."""
    found = ""
    for one in element:
        if _name(one) == "t":
            found += one.text
        elif _name(one) == "r":
            found += _join(one)
    return found


def _unescape(text: str) -> str:
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def _column(place: str) -> int:
    number = 0
    for letter in place:
        if letter.isalpha():
            number = number * 26 + ord(letter) - 64
    return number


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
