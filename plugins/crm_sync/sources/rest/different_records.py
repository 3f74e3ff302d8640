"""Tells whether a record of a list came twice, in eight bytes a record."""

from __future__ import annotations

from array import array

from crm_sync.rest.decoding import encode_lines
from crm_sync.rest.paginators import Records


class DifferentRecords:
    """The records of one walk, by the hash of their JSON text."""

    def __init__(self) -> None:
        self._hashes = array("q")

    def add(self, records: Records) -> None:
        """Note the records of a page."""
        self._hashes.extend(_hash(records))

    def count_repeats(self, records: Records = ()) -> int:
        """Count the records that came before, those of one more page included."""
        import polars as pl  # noqa: PLC0415 - only where a list has a total, and only at its end

        hashes = pl.Series(self._hashes + array("q", _hash(records)), dtype=pl.Int64)
        return len(hashes) - hashes.n_unique()


def _hash(records: Records) -> list[int]:
    # lines end at \n alone, and JSON text has none inside
    return [hash(line) for line in encode_lines(records).split(b"\n")[:-1]]
