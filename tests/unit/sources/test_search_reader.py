"""What a search asks for: no id between two pages, or two ranges, is left out."""

from __future__ import annotations

from crm_sync.rest.waits import never
from crm_sync.sources.ids.search_reader import SearchReader


class ScriptedCalls:
    """Answers each search with the ids that its bounds let through."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids

    def search_page(self, bounds, *, limit, names=(), descends=False, cancelled=never):
        found = [n for n in self.ids if int(bounds["after"]) < n < int(bounds.get("before", 10**9))]
        return [{"id": str(number)} for number in found[:limit]], len(found)

    def read_ids(self, records):
        return [int(record["id"]) for record in records]


def test_pages_of_adjacent_ids_follow_each_other_without_a_gap():
    reader = SearchReader(ScriptedCalls([0, 1, 2, 3, 4, 5]), ("a",), {}, 2)
    token, seen = None, []
    for _ in range(3):
        page = reader.read(token, None, never)
        token, seen = page.next, [*seen, *page.ids]
    assert (seen, token) == ([0, 1, 2, 3, 4, 5], None)


def test_ranges_that_meet_share_no_id_and_leave_none_out():
    reader = SearchReader(ScriptedCalls([1, 2, 3, 4]), ("a",), {}, 9)
    assert [reader.read(*bounds, never).ids for bounds in ((None, 3), ("3", None))] == [[1, 2], [3, 4]]
