"""Cases of workbooks: cells of each kind and format, written as XML by hand, against the oracle's own reader."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any
from xml.sax.saxutils import escape

from tests.fuzz.cases import Case, chance
from tests.fuzz.notations import write
from tests.fuzz.values import build_words, compare, read_one_file

FORMATS = (
    "General", "0", "0.00", "00000", "#,##0.00", "0%", "yyyy-mm-dd", "m/d/yyyy", "m/d/yyyy h:mm", "h:mm:ss",
    "[h]:mm:ss", "yyyy-mm-dd hh:mm:ss.000", '0 "days"', "@",
)  # fmt: skip
_DATES = range(6, 12)
_TYPES = ("string", "text", "integer", "number", "decimal", "boolean", "date", "datetime", "object_id")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def generate(rng: random.Random) -> Case:
    """Make a column and 12 cells for it, each a kind, a text and a format."""
    kind = rng.choice(_TYPES)
    cells = [_cell(rng, kind) for _ in range(12)]
    return {"column": {"type": kind}, "words": {}, "cells": cells, "is_1904": chance(rng, 0.15)}


def _cell(rng: random.Random, kind: str) -> list[Any]:
    what = rng.random()
    if what < 0.3:
        text = write(rng, kind)
        text = "".join(one for one in text if one.isprintable() or one in "\t\n")
        return [rng.choice(["s", "inlineStr", "str"]), text.encode("utf-8", "ignore").decode(), 0]
    if what < 0.36:
        return rng.choice(
            [
                ["b", "1", 0],
                ["b", "0", 0],
                ["e", "#N/A", 0],
                ["n", "", 3],
                ["formula", rng.choice(["", "<v/>"]), 0],
            ]
        )
    number = rng.choice(
        [
            str(rng.randrange(-5, 100_000)),
            repr(rng.uniform(-10, 60_000)),
            repr(round(rng.uniform(0, 100), 2)),
            "0.30000000000000004", "1E-7", "1.5E+20", "12345678901234567", "45000.75", "59", "61", "0.5",
        ]
    )  # fmt: skip
    style = rng.randrange(len(FORMATS))
    # no spreadsheet has days before its first one, and none knows 29 February 1900 as a day
    is_day = 1 <= float(number) < 2_900_000 and int(float(number)) != 60
    return ["n", number, style if style not in _DATES or is_day else 0]


def build(case: Case) -> bytes:
    """Write the workbook of a case."""
    shared: list[str] = []
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="str"><v>{number - 2}</v></c>{_write(number, cell, shared)}</row>'
        for number, cell in enumerate(case["cells"], start=2)
    )
    head = '<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>v</v></c></row>'
    texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in shared)
    return pack(f"<sheetData>{head}{rows}</sheetData>", texts, is_1904=case["is_1904"])


def _write(number: int, cell: list[Any], shared: list[str]) -> str:
    kind, text, style = cell
    place = f'r="B{number}" s="{style}"'
    if kind == "formula":
        return f"<c {place}><f>A1+1</f>{text}</c>"
    if kind == "s":
        shared.append(text)
        return f'<c {place} t="s"><v>{len(shared) - 1}</v></c>'
    if kind == "inlineStr":
        return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
    formula = "<f>A1</f>" if kind == "str" else ""
    return f'<c {place} t="{kind}">{formula}<v>{escape(text)}</v></c>'


def pack(sheet: str, texts: str = "", *, is_1904: bool = False, sheets: str = "", behind: str = "") -> bytes:
    """Write a workbook around the inside of its first sheet."""
    override = f"{_PACKAGE}/content-types"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    codes = "".join(
        f'<numFmt numFmtId="{164 + at}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for at, code in enumerate(FORMATS)
    )
    styles = "".join(f'<xf numFmtId="{164 + at}"/>' for at in range(len(FORMATS)))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{override}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kinds}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f'<workbookPr date1904="{int(is_1904)}"/><sheets>'
        f'<sheet name="Data" sheetId="1" r:id="r1"/>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_DOCUMENT}/styles" Target="styles.xml"/>'
        f'<Relationship Id="r3" Type="{_DOCUMENT}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts>{codes}</numFmts><cellXfs>{styles}</cellXfs>'
        "</styleSheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{texts}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}">{sheet}{behind}</worksheet>',
    }
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return kept.getvalue()


def check(case: Case) -> list[str]:
    """Compare each record."""
    words = {"read": {"strategy": "files", "path": "a.xlsx", "format": "xlsx"}, **build_words(case)}
    done, reading, entity = read_one_file(words, "a.xlsx", build(case))
    return compare(done, reading, entity, [str(cell) for cell in case["cells"]])
