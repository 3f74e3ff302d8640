"""Cuts a chunk around bad rows: which range of rows to try next after the last one was taken or refused."""

from __future__ import annotations

from collections.abc import Iterator

SMALLEST_PIECE = 64
_CUT, _GROWTH = 16, 4


class Pieces:
    """Ranges of rows that are still to be written, in order.

    The first piece is all rows. A refused one falls into the rows before the bad row, that row, and the rows
    after it; where the bad row isn't known, into halves. Then pieces begin at a sixteenth, and each one that
    is taken makes the next four times as large: one bad row costs a few pieces, many cost small ones.

    Args:
        rows: number of rows.
    """

    def __init__(self, rows: int) -> None:
        self._ranges = [(0, rows)] if rows else []
        self._rows = self._limit = rows
        self._current = (0, 0)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield first row and length of the next piece; say what became of it before asking for another."""
        while self._ranges:
            start, stop = self._ranges.pop()
            if stop - start > self._limit:
                self._ranges.append((start + self._limit, stop))
                stop = start + self._limit
            self._current = (start, stop)
            yield start, stop - start

    def note_taken(self) -> None:
        """The current piece is written."""
        self._limit = min(self._rows, self._limit * _GROWTH)

    def note_refused(self, bad_row: int | None) -> None:
        """The current piece, of more than one row, was refused.

        Args:
            bad_row: position in the piece of the row that seems to be at fault; None: unknown.
        """
        start, stop = self._current
        self._limit = max(SMALLEST_PIECE, (stop - start) // _CUT)
        cuts = [(start + stop) // 2] if bad_row is None else [start + bad_row, start + bad_row + 1]
        parts = list(zip([start, *cuts], [*cuts, stop], strict=True))
        self._ranges.extend((first, last) for first, last in reversed(parts) if first < last)
