"""Results with further pages: what a locator stands for, and how long."""

from __future__ import annotations

from typing import NamedTuple

from sandbox.frame.clock import SandboxClock
from sandbox.frame.times import DAY_MS
from sandbox.salesforce.config import SalesforceConfig
from sandbox.salesforce.errors import invalid_locator
from sandbox.salesforce.ids import make_id
from sandbox.salesforce.soql_run import Selection

_PREFIX = "01g"


class Cursor(NamedTuple):
    """A result: which records it has was settled when the query ran, their values are those of the moment."""

    selection: Selection
    ids: list[str]
    page_size: int
    opened_ms: int


class CursorStore:
    """The results that are kept, oldest first.

    Args:
        config: How many, and how long.
        clock: Decides when one is too old.
    """

    def __init__(self, config: SalesforceConfig, clock: SandboxClock) -> None:
        self._config = config
        self._clock = clock
        self._cursors: dict[str, Cursor] = {}
        self._opened = 0

    def open(self, selection: Selection, ids: list[str], page_size: int) -> str:
        """Keep a result and return its locator; the oldest one beyond the limit is dropped."""
        self._opened += 1
        locator = make_id(_PREFIX, self._opened)
        self._cursors[locator] = Cursor(selection, ids, page_size, self._clock.now_ms())
        while len(self._cursors) > self._config.most_locators:
            self._cursors.pop(next(iter(self._cursors)))
        return locator

    def find(self, place: str) -> tuple[str, Cursor, int]:
        """The locator, the result and the row that a `<locator>-<row>` names.

        Raises:
            ApiError: 400, INVALID_QUERY_LOCATOR.
        """
        locator, _, row = place.rpartition("-")
        cursor = self._cursors.get(locator)
        if cursor is None or not row.isdecimal() or not 0 < int(row) < len(cursor.ids):
            raise invalid_locator()
        if self._clock.now_ms() - cursor.opened_ms > self._config.locator_days * DAY_MS:
            del self._cursors[locator]
            raise invalid_locator()
        return locator, cursor, int(row)

    def drop_all(self) -> None:
        """Forget every result: each locator is invalid from now on."""
        self._cursors.clear()
