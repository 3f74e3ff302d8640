"""Turns rows under a header row into records, wherever both are in an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm_sync.rest.decoding import make_printable
from crm_sync.rest.messages import describe_value


def check_header(names: object, what: str) -> list[str]:
    """Give the names of a header row.

    Args:
        names: its cells, if it is a list of them.
        what: the answer is, for the message.

    Raises:
        ValueError: there is none, or a name is empty, no text, or there twice.
    """
    if not isinstance(names, list) or not names:
        raise ValueError(f"has no {what} with a header row: there is {describe_value(names)}")
    for at, name in enumerate(names):
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"has a header row whose cell {at + 1} is {describe_value(name)}, not a name")
    if twice := next((name for at, name in enumerate(names) if name in names[:at]), None):
        raise ValueError(f"has '{make_printable(twice)}' twice in its header row")
    return list(names)


def build_records(
    header: Sequence[str], rows: Sequence[Any], *, pads: bool, keeps_empty: bool = False
) -> list[dict[str, Any]]:
    """Give a record for each row; an empty row is not a record.

    Args:
        header: names of the cells.
        rows: lists of cells.
        pads: whether missing cells at a row's end are null.
        keeps_empty: an empty row is a record all the same.

    Raises:
        ValueError: a row is not a list, or its number of cells differs from the header's.
    """
    records = []
    for at, row in enumerate(rows):
        if not isinstance(row, list):
            raise ValueError(  # noqa: TRY004  # what all readers of answers raise
                f"has {describe_value(row)} as row {at + 1}, which is not a list of cells"
            )
        if not keeps_empty and all(cell in (None, "") for cell in row):
            continue
        if len(row) > len(header) or (len(row) < len(header) and not pads):
            raise ValueError(f"has {len(row)} cells in row {at + 1}, and the header has {len(header)}")
        records.append(dict(zip(header, [*row, *[None] * (len(header) - len(row))], strict=True)))
    return records
