"""Pages, repetitions and guards against a driver that does as told."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from crm_sync.exceptions import FatalSourceError, PaginationLoopError, SourceUnavailableError
from crm_sync.sources.sql.kinds import FaultKind
from crm_sync.sources.sql.source import SqlTableSource
from tests.unit.sources.sql_support import FakeDialect, LeapingClock, make_database, make_entity, make_request


def read(
    answers: list[Any], *, clock: LeapingClock | None = None, page_size: int = 2
) -> tuple[list[str], FakeDialect]:
    """Read the entity; gives its ids and the driver."""
    dialect = FakeDialect(answers)
    clock = clock or LeapingClock()
    entity = make_entity(page_size=page_size)
    with closing(SqlTableSource(entity, make_database(dialect), waiter=clock.waiter())) as source:
        pages = list(source.read_pages(make_request(entity), {}))
        assert source.is_whole
    return [row["id"] for page in pages for row in page.frame.to_dicts()], dialect


def test_only_an_empty_page_ends_the_read() -> None:
    ids, dialect = read([[1, 2], [3]])
    assert ids == [1, 2, 3]
    assert [statement.values for statement in dialect.asked] == [(), (2,), (3,)]


def test_rows_behind_a_page_that_was_cut_are_read() -> None:
    assert read([[1], [2], [3, 4], []])[0] == [1, 2, 3, 4]


def test_full_last_page_is_followed_by_an_empty_one() -> None:
    assert read([[1, 2], [3, 4], []])[0] == [1, 2, 3, 4]


def test_lost_connection_is_opened_anew_and_the_page_repeated() -> None:
    clock = LeapingClock()
    ids, dialect = read([[1, 2], FaultKind.LOST, FaultKind.LOST, [3]], clock=clock)
    assert ids == [1, 2, 3]
    assert [statement.values for statement in dialect.asked[1:]] == [(2,), (2,), (2,), (3,)]
    assert dialect.connections == 3
    assert clock.now == pytest.approx(3)


def test_lock_is_waited_for_on_the_same_connection() -> None:
    ids, dialect = read([FaultKind.BUSY, [1]])
    assert (ids, dialect.connections) == ([1], 1)


@pytest.mark.parametrize(
    ("kind", "waited_s"), [(FaultKind.LOST, 30), (FaultKind.BUSY, 15.5), (FaultKind.CROWDED, 225)]
)
def test_fault_that_does_not_pass_ends_the_read_for_a_later_try(kind: FaultKind, waited_s: float) -> None:
    clock = LeapingClock()
    with pytest.raises(SourceUnavailableError, match="shop_default"):
        read([[1, 2], *[kind] * 6], clock=clock)
    assert clock.now == pytest.approx(waited_s)


@pytest.mark.parametrize("kind", [FaultKind.DENIED, FaultKind.WRONG, FaultKind.FATAL])
def test_fault_that_stays_ends_the_read_at_once(kind: FaultKind) -> None:
    clock = LeapingClock()
    with pytest.raises(FatalSourceError, match=f"it is {kind}") as caught:
        read([kind], clock=clock)
    assert clock.now == 0
    assert caught.value.crm_source == "shop"


def test_slow_page_is_halved_and_stays_so() -> None:
    ids, dialect = read([FaultKind.SLOW, [1, 2], [3]], page_size=4)
    assert ids == [1, 2, 3]
    assert ["LIMIT 4" in one.text for one in dialect.asked] == [True, False, False, False]
    assert all("LIMIT 2" in one.text for one in dialect.asked[1:3])


def test_second_slow_page_ends_the_read() -> None:
    with pytest.raises(FatalSourceError, match="index"):
        read([FaultKind.SLOW, [1, 2], FaultKind.SLOW], page_size=4)


@pytest.mark.parametrize(
    "answers", [[[1, 2], [1, 2]], [[1, 2], [3, 1]], [[5, 6], [3, 4]]], ids=["same", "back", "before"]
)
def test_key_that_does_not_grow_ends_the_read(answers: list[Any]) -> None:
    with pytest.raises(PaginationLoopError, match="does not increase") as raised:
        read([*answers, [9]])
    assert not any(digit in str(raised.value) for digit in "123456"), "a key may be a person's"


def test_far_more_rows_than_counted_end_the_read() -> None:
    dialect = FakeDialect([[2 * n, 2 * n + 1] for n in range(1, 100)])
    dialect.fetch_rows = lambda connection, statement: [(3,)]  # type: ignore[method-assign]
    entity = make_entity(page_size=2)
    with closing(SqlTableSource(entity, make_database(dialect))) as source:
        request = make_request(entity)
        assert source.count(request) == 3
        with pytest.raises(PaginationLoopError, match="had 3 rows"):
            list(source.read_pages(request, {}))


def test_page_size_of_web_apis_is_not_taken_for_tables() -> None:
    dialect = FakeDialect([[1]])
    entity = make_entity()
    with closing(SqlTableSource(entity, make_database(dialect))) as source:
        list(source.read_pages(make_request(entity), {}))
    assert "LIMIT 2000" in dialect.asked[0].text


def test_finished_walk_is_not_read_again() -> None:
    dialect = FakeDialect([])
    entity = make_entity(page_size=2)
    with closing(SqlTableSource(entity, make_database(dialect))) as source:
        assert list(source.read_pages(make_request(entity), {"rows": None})) == []
        assert source.is_whole


def test_connection_is_closed_with_the_source() -> None:
    closed: list[int] = []
    dialect = FakeDialect([[1]])

    class Connection:
        def close(self) -> None:
            closed.append(1)

    dialect.connect = Connection  # type: ignore[method-assign]
    entity = make_entity(page_size=2)
    source = SqlTableSource(entity, make_database(dialect))
    list(source.read_pages(make_request(entity), {}))
    source.close()
    assert closed == [1]
