"""CSV answers to records; files of CSV, which may be larger than memory, are read in `sources/files`."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from typing import Any

from crm_sync.rest.decoding import decode_text, make_printable
from crm_sync.rest.header_rows import check_header

_SHOWN_CHARS = 40


def decode_csv(
    body: bytes, charset: str | None, *, delimiter: str, null_values: Collection[str]
) -> tuple[list[str], list[dict[str, Any]]]:
    """Decode a CSV document with a header row; quotes inside quotes are doubled.

    Args:
        body: the document.
        charset: that the answer names; None: UTF-8.
        delimiter: between cells.
        null_values: cells that are null, quoted or not.

    Returns:
        The header, and a record of texts for each row; blank lines are no rows.

    Raises:
        ValueError: there is no header, a name comes twice, a row has more or fewer cells than the header, or
            a quote is not closed, as in an answer that is cut off.
    """
    text = decode_text(body, charset)
    # the limit is the process's: one cell may be as long as the answer
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    nulls = frozenset(null_values)
    records: list[dict[str, Any]] = []
    try:
        header = check_header(next(rows, []), "CSV")
        for row in rows:
            if len(row) == len(header):
                pairs = zip(header, row, strict=True)
                records.append({name: None if cell in nulls else cell for name, cell in pairs})
            elif row:
                found = make_printable(row[0][:_SHOWN_CHARS])
                raise ValueError(
                    f"is no complete CSV: the row that begins with '{found}' ends at line {rows.line_num} "
                    f"with {len(row)} cells, and the header has {len(header)}"
                )
    except csv.Error as error:
        raise ValueError(f"is no complete CSV: {error} at line {rows.line_num}") from None
    return header, records
