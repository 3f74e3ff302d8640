"""Pages come in order; those before a failure are kept, and none behind a lost one is handed on."""

from __future__ import annotations

import threading

import pytest

from crm_sync.exceptions import TransientSourceError
from crm_sync.sources.sql.keyset import RowPage
from crm_sync.sources.sql.kinds import RowBlock
from crm_sync.sources.sql.read_ahead import ReadAhead


class _Walk:
    """Pages of two rows each; after the last one or instead of one an error."""

    def __init__(self, pages, fails_at=None):
        self.pages, self.fails_at, self.asked = pages, fails_at, []

    def read(self, after, most):
        number = after[0] + 1 if after else 1
        self.asked.append((number, most, threading.current_thread().name))
        if number == self.fails_at:
            raise TransientSourceError("gone")
        block = RowBlock(2, [number], 1.0, list)
        return RowPage(block, None if number == self.pages else [number], number * 2)


@pytest.fixture
def ahead():
    ahead = ReadAhead()
    yield ahead
    ahead.close(lambda: None)


def _collect(pages):
    """Give what came, and the error that ended it."""
    found = []
    try:
        found.extend(pages)
    except (TransientSourceError, ValueError) as error:
        return found, error
    return found, None


def _run(ahead, walk, most=None, build=lambda page: page.done):
    return _collect(ahead.build(ahead.read(walk, None, most), build))


@pytest.mark.parametrize("pages", [1, 2, 3, 10])
def test_every_page_comes_in_order(ahead, pages):
    walk = _Walk(pages)
    assert _run(ahead, walk) == ([2 * number for number in range(1, pages + 1)], None)
    assert [number for number, _, _ in walk.asked] == list(range(1, pages + 1))
    assert len({thread for _, _, thread in walk.asked}) == 1


def test_no_more_rows_are_asked_for_than_wanted(ahead):
    walk = _Walk(10)
    assert _run(ahead, walk, most=6) == ([2, 4, 6], None)
    assert [most for _, most, _ in walk.asked] == [6, 4, 2]


@pytest.mark.parametrize("fails_at", [1, 2, 5])
def test_pages_before_a_failed_read_are_kept(ahead, fails_at):
    found, error = _run(ahead, _Walk(10, fails_at))
    assert found == [2 * number for number in range(1, fails_at)]
    assert isinstance(error, TransientSourceError)


@pytest.mark.parametrize("error", [TransientSourceError("x"), ValueError("x")])
def test_nothing_behind_a_page_that_can_not_be_built_is_handed_on(ahead, error):
    def build(page):
        if page.done == 6:
            raise error
        return page.done

    assert _run(ahead, _Walk(10), build=build) == ([2, 4], error)


def test_pages_before_a_failed_check_are_kept(ahead):
    def check(pages):
        for page in pages:
            if page.done == 6:
                raise TransientSourceError("too many")
            yield page

    pages = check(ahead.read(_Walk(10), None, None))
    found, error = _collect(ahead.build(pages, lambda page: page.done))
    assert found == [2, 4]
    assert str(error) == "too many"
