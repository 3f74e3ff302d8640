"""The door to the toy, and all that it reads."""

from __future__ import annotations

from collections.abc import Iterator

from crm_sync.sources import door
from crm_sync.sources.base import build_page


class Door(door.Door):
    """Numbers."""

    address = ""

    def in_haste(self):
        return self

    def probe_key(self):
        return None

    def probe(self, entity):
        return f"{entity.read.numbers} numbers may be read"

    def open(self, entity):
        return Numbers(entity.read.numbers)


class Numbers:
    """Source of the numbers."""

    incomplete_reason = None
    can_resume = False
    reads_whole = True
    sweep_scope = None
    is_whole = True

    def __init__(self, numbers: int) -> None:
        self._numbers = numbers

    def read_clock(self):
        return None

    def read_pages(self, request, cursors) -> Iterator:
        if "all" not in cursors:
            records = [{"id": number} for number in range(1, self._numbers + 1)]
            yield build_page(records, cursor_key="all", cursor=None)

    def count(self, request):
        return self._numbers

    def describe(self):
        return {}

    def metrics(self):
        return {}

    def close(self):
        pass
