"""Empty pages that are no ordinary end of a list, lists that repeat themselves, and what that costs."""

from __future__ import annotations

import tracemalloc

import pytest

from crm_sync.sources.rest.record_filters import NewRecords
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity, page_of, run

MORE = {"paging": {"style": "offset", "counts": "pages", "param": "page", "first": 1, "more_path": "more",
                   "end": "empty"},
        "passes": [{"name": "all", "path": "/things", "records_path": "rows"}]}  # fmt: skip


class Sized:
    """Pages of given sizes; the first answer for page `glitch` is empty."""

    def __init__(self, *sizes, glitch=0, says_more=None) -> None:
        self.sizes, self.glitch, self.says_more, self.asked = sizes, glitch, says_more, []

    def __call__(self, request):
        page = page_of(request)
        self.asked.append(page)
        size = self.sizes[page - 1] if page <= len(self.sizes) else 0
        is_glitch = page == self.glitch and self.asked.count(page) == 1
        rows = [] if is_glitch else [{"id": page * 1000 + number} for number in range(size)]
        if self.says_more is None:
            return rows
        return {"rows": rows, "more": page < len(self.sizes) and not is_glitch}


@pytest.mark.parametrize(
    ("sizes", "page_size", "glitch"),
    [((4, 4, 1), 4, 2), ((100, 100, 30), 500, 2), ((7, 7, 7), 10, 3), ((50, 3), 10, 2)],
    ids=["as-asked-for", "round", "as-long-as-the-longest", "more-than-asked-for"],
)
@pytest.mark.parametrize("flags", [{}, {"at_once": 2}], ids=["in-turn", "side-by-side"])
def test_empty_answer_in_mid_list_is_asked_for_again_and_cuts_nothing_off(sizes, page_size, glitch, flags):
    answer = Sized(*sizes, glitch=glitch)
    request = {"page_size": page_size, "own_options": flags}
    records, _, source = run(AnsweringClient(answer), request=request, side_by_side={"flag": "at_once"})
    assert (len(records), source.is_whole) == (sum(sizes), True)


def test_page_that_its_answer_promised_is_asked_for_again_when_it_comes_empty():
    answer = Sized(3, 3, 1, glitch=2, says_more=True)
    records, _, source = run(AnsweringClient(answer), request={"page_size": 10}, **MORE)
    assert (len(records), answer.asked, source.is_whole) == (7, [1, 2, 2, 3], True)


@pytest.mark.parametrize(
    ("sizes", "asked"),
    [((), [1]), ((3,), [1, 2]), ((4, 4, 3), [1, 2, 3, 4]), ((4, 4), [1, 2, 3, 3])],
    ids=["no-records", "one-short-page", "last-page-short", "last-page-full"],
)
def test_empty_page_behind_a_short_one_is_the_end_at_once(sizes, asked):
    answer = Sized(*sizes)
    run(AnsweringClient(answer), request={"page_size": 4})
    assert answer.asked == asked


@pytest.mark.parametrize(
    ("shown", "page_size", "is_doubtful"),
    [
        (100, 500, True),
        (250, 500, True),
        (500, 500, True),
        (101, 500, False),
        (30, 30, True),
        (30, 31, False),
    ],
)
def test_list_that_shows_one_page_for_ever_is_doubted_where_it_may_be_cut(shown, page_size, is_doubtful):
    client = AnsweringClient(lambda _: [{"id": number} for number in range(shown)])
    records, _, source = run(client, request={"page_size": page_size}, end_on_repeat=True)
    assert len(records) == shown
    assert source.is_whole is not is_doubtful
    assert ("write `paged: false` at pass all" in (source.incomplete_reason or "")) is is_doubtful


def test_list_that_is_said_to_come_whole_is_not_doubted_at_any_length():
    passes = [{"name": "all", "path": "/things", "records_path": "", "paged": False}]
    client = AnsweringClient(lambda _: [{"id": number} for number in range(100)])
    records, _, source = run(client, request={"page_size": 500}, end_on_repeat=True, passes=passes)
    assert (len(records), source.is_whole, len(client.requests)) == (100, True, 1)


def test_pages_that_begin_again_with_the_first_one_end_the_list():
    pages = [[{"id": 1}, {"id": 2}], [{"id": 3}, {"id": 4}], [{"id": 5}]]
    client = AnsweringClient(lambda one: pages[(page_of(one) - 1) % 3])
    records, _, source = run(client, end_on_repeat=True)
    assert [one["id"] for one in records] == [1, 2, 3, 4, 5]
    assert source.is_whole


def test_memory_for_repetition_does_not_grow_with_the_list():
    fresh, peaks = NewRecords(make_entity()), []
    tracemalloc.start()
    for page in range(200):
        fresh.keep([{"id": page * 500 + number} for number in range(500)])
        if page in (20, 199):
            peaks.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2


def test_list_whose_last_page_comes_again_is_whole():
    pages = {1: [{"id": 1}, {"id": 2}], 2: [{"id": 3}, {"id": 4}]}
    records, _, source = run(AnsweringClient(lambda one: pages[min(page_of(one), 2)]), end_on_repeat=True)
    assert (len(records), source.incomplete_reason, source.is_whole) == (4, None, True)
