"""What the reader of workbooks leaves out of a sheet: formulas without a result, and merged cells.

It gives such a formula as an empty cell, which would be a value that is lost without a word.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from crm_sync.rest.xml_answers import decode_xml
from crm_sync.sources.files.store import COPY_BYTES
from crm_sync.untyped import Json

MAX_ROWS = 1_048_576
"""Of a sheet; a row with a higher number would make the reader count up to it."""
_MARKS = re.compile(rb"<(?:\w+:)?(?:f[\s/>]|mergeCell\s|row\s[^>]*?r=\"\d{8})")
_OVERLAP_BYTES = 100
_BOOK = "officeDocument"


@dataclass
class SheetOddities:
    """What a sheet has beside its values."""

    unresolved: dict[int, str] = field(default_factory=dict)
    """By row, the first cell with a formula that has no result."""
    merged: list[str] = field(default_factory=list)
    """Ranges of merged cells: `A2:A4`."""


def find_oddities(archive: zipfile.ZipFile, title: str) -> SheetOddities:
    """Look through one sheet.

    Args:
        archive: the workbook.
        title: of the sheet.

    Raises:
        ValueError: the workbook does not say where the sheet is, or the sheet is no XML.
        KeyError: a part is missing.
    """
    name = _find_part(archive, title)
    with archive.open(name) as sheet:
        if not _has_marks(sheet):
            return SheetOddities()
    watch = _Watch()
    with archive.open(name) as sheet:
        try:
            watch.parse(sheet)
        except expat.ExpatError as error:
            raise ValueError(f"{name}: {error}") from error
    return watch.found


def _find_part(archive: zipfile.ZipFile, title: str) -> str:
    book = _follow(archive, "_rels/.rels", "", _BOOK)
    folder, file = posixpath.split(book)
    sheets = decode_xml(archive.read(book), attributes=True)["workbook"]["sheets"]["sheet"]
    named = [one for one in _to_list(sheets) if one.get("@name") == title]
    if not named:
        raise ValueError(f"{book} has no sheet '{title}'")
    return _follow(archive, f"{folder}/_rels/{file}.rels", folder, named[0]["@id"])


def _follow(archive: zipfile.ZipFile, part: str, folder: str, wanted: str) -> str:
    """Give the part that a relation leads to, by its id or the end of its type."""
    links = _to_list(decode_xml(archive.read(part), attributes=True)["Relationships"]["Relationship"])
    for link in links:
        if link["@Id"] == wanted or link["@Type"].endswith(f"/{wanted}"):
            target: str = link["@Target"]
            return target.removeprefix("/") if target.startswith("/") else posixpath.join(folder, target)
    raise ValueError(f"{part} has no relation '{wanted}'")


def _to_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _has_marks(sheet: IO[bytes]) -> bool:
    """Tell quickly whether a sheet may have formulas or merged cells; most have neither."""
    before = b""
    while block := sheet.read(COPY_BYTES):
        if _MARKS.search(before + block):
            return True
        before = block[-_OVERLAP_BYTES:]
    return False


class _Watch:
    """Reads a sheet's elements, without their values."""

    def __init__(self) -> None:
        self.found = SheetOddities()
        self._row = 0
        self._cell = ""
        self._has_formula = self._has_result = self._is_in_value = False

    def parse(self, sheet: IO[bytes]) -> None:
        """Read the sheet to its end."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._take_text
        parser.ParseFile(sheet)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rsplit(" ", 1)[-1]
        self._is_in_value = name == "v"
        if name == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            if self._row > MAX_ROWS:
                raise ValueError(f"row {self._row:,} is beyond the last one of a sheet")
        elif name == "c":
            self._cell = attributes.get("r") or f"in row {self._row}"
            # the result may be an empty text; some writers leave an empty number, which is none
            self._has_formula, self._has_result = False, attributes.get("t") in ("str", "inlineStr")
        elif name == "f":
            self._has_formula = True
        elif name == "mergeCell":
            self.found.merged.append(attributes.get("ref", ""))

    def _take_text(self, text: str) -> None:
        self._has_result = self._has_result or (self._is_in_value and bool(text.strip()))

    def _end(self, name: str) -> None:
        self._is_in_value = False
        if name.rsplit(" ", 1)[-1] == "c" and self._has_formula and not self._has_result:
            self.found.unresolved.setdefault(self._row, self._cell)
