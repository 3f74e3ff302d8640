"""What has to be known to read a list again: the keys of the walks before; reading is `part_reader.py`'s."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Sequence

from crm_sync.rest.messages import find_path
from crm_sync.sources.base import Record

MOST_WALKS = 5
"""Walks through one list in one read; a list that is still not steady after them has been read in part."""
_RUN = 65_536
"""Keys that are sorted at once."""


class KnownKeys:
    """Remembers the keys of the records of a walk, as hashes of eight bytes each.

    Args:
        paths: where a record has its key.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._earlier = array("q")
        self._current = array("q")

    def begin_walk(self) -> None:
        """Make what was noted so far the walks before."""
        # in short runs that take the place of what they sort: a list of millions would be an object a key
        runs = []
        while self._current:
            runs.append(array("q", sorted(self._current[-_RUN:])))
            del self._current[-_RUN:]
        if runs:
            self._earlier = array("q", heapq.merge(self._earlier, *runs))

    def keep_new(self, records: Sequence[Record]) -> list[Record]:
        """Note a page; gives the records that no walk before brought, those without a key among them."""
        return [record for record in records if self._note(record)]

    def _note(self, record: Record) -> bool:
        key = [find_path(record, path) for path in self._paths]
        if None in key:
            return True
        known, number = self._earlier, hash(tuple(map(str, key)))
        at = bisect_left(known, number)
        if at < len(known) and known[at] == number:
            return False
        self._current.append(number)
        return True
