"""The header of a CSV file: names of its columns, or one clear sentence why the file can't be read.

Every fault here ends the read before the first record; `frames.py` finds what is wrong with single records.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

from crm_sync.config.file_words import FileWords
from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import FatalSourceError
from crm_sync.fields.paths import source_paths

LINE = "_line"
"""Line of the file where the record begins, 1 for the first."""
FILE = "_file"
"""Name of the file, relative to the connection's base."""
HASH = "_hash"
"""sha-256 of the record's cells."""
FAULT = "_fault"
"""Why the record is broken; null for a good one."""
BYTE_ORDER_MARK = "\ufeff"
RESERVED = (LINE, FILE, HASH, FAULT)

_SHOWN_CHARS = 63


def get_mapped(entity: EntityConfig) -> frozenset[str]:
    """Give every place that some column of the entity comes from."""
    return frozenset(
        path for column, field in entity.fields.items() for path in source_paths(column, field.source)
    )


def check_header(
    cells: Sequence[str],
    entity: EntityConfig,
    read: FileWords,
    *,
    name: str,
    advice: str = "check delimiter, header_row and encoding",
) -> list[str]:
    """Turn the header's cells into the names of the frame's columns.

    Args:
        cells: as they lie in the file.
        entity: says which columns must be there: those of the primary key and the required ones.
        read: says where the header is, and its quote character.
        name: of the file, for messages.
        advice: what the reader of a message may look at.

    Returns:
        Trimmed names in file order; one that the sync keeps for itself (`_line`) gets a `_` at its end.

    Raises:
        FatalSourceError: no header, an empty or doubled name, or a column missing that must be there.
    """
    where = f"File {name}, header in line {read.header_row}"
    header = [cell.strip().strip(BYTE_ORDER_MARK).strip() for cell in cells]
    if not any(header):
        raise FatalSourceError(f"{where}: the line is blank. Nothing was read.")
    for number, column in enumerate(header, start=1):
        if not column:
            raise FatalSourceError(
                f"{where}: column {number} of {len(header)} has no name. Nothing was read."
            )
        if "\0" in column:
            raise FatalSourceError(
                f"{where}: column {number} holds a NUL character; is it text in encoding {read.encoding}?"
            )
        if column.startswith(read.quotechar):
            raise FatalSourceError(
                f"{where}: column {number} has a blank before its quote; set skip_initial_space. "
                "Nothing was read."
            )
    doubled = [column[:_SHOWN_CHARS] for column, count in Counter(header).items() if count > 1]
    if doubled:
        raise FatalSourceError(
            f"{where}: column '{doubled[0]}' is there more than once, and one of them would be lost. "
            "Nothing was read."
        )
    check_required(header, entity, where, advice=advice)
    return [_rename(column, header) for column in header]


def _rename(column: str, header: list[str]) -> str:
    if column not in RESERVED:
        return column
    while column in RESERVED or column in header:
        column += "_"
    return column


def check_required(header: Sequence[str], entity: EntityConfig, where: str, *, advice: str) -> None:
    """Look for the columns that must be there.

    Args:
        header: names of the file's columns.
        entity: says which: those of the primary key and the required ones.
        where: begins the message.
        advice: what its reader may look at.

    Raises:
        FatalSourceError: one is missing.
    """
    for column, field in entity.fields.items():
        is_needed = (field.required or column in entity.primary_key) and field.default is None
        paths = source_paths(column, field.source)
        if not is_needed or any(path in header or path in RESERVED for path in paths):
            continue
        # the header itself is not shown: where it is missing, its cells are somebody's data
        close = difflib.get_close_matches(
            paths[0].lower(), [name.lower() for name in header], n=1, cutoff=0.8
        )
        hint = f" (there is a '{close[0]}')" if close else ""
        raise FatalSourceError(
            f"{where}: required column '{paths[0]}' is not among its {len(header)} columns{hint}; "
            f"{advice}. Nothing was read."
        )
