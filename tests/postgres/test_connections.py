"""Short transactions: one connection serves those that follow each other, and a lost one is replaced."""

from __future__ import annotations

import time

import pytest

from crm_sync.exceptions import DatabaseUnavailableError
from crm_sync.storage.connections import KeptConnection, open_transaction

pytestmark = pytest.mark.postgres

OTHERS = (
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
)


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def kept(empty_warehouse, clock):
    kept = KeptConnection(empty_warehouse.connect, clock=clock)
    yield kept
    kept.close()


def read_session(connect):
    with open_transaction(connect) as cursor:
        cursor.execute("select pg_backend_pid(), current_setting('statement_timeout')")
        return cursor.fetchone()


def count_others(warehouse, expected):
    """Count the other sessions; the end of one takes the server a moment."""
    ends = time.monotonic() + 10
    while (count := warehouse.fetch_one(OTHERS)[0]) != expected and time.monotonic() < ends:
        time.sleep(0.01)
    return count


def test_transactions_that_follow_each_other_share_a_session(kept):
    assert len({read_session(kept) for _ in range(3)}) == 1


def test_each_sets_its_own_time_limit(kept):
    with open_transaction(kept, timeout_s=7) as cursor:
        cursor.execute("show statement_timeout")
        assert cursor.fetchone() == ("7s",)
    assert read_session(kept)[1] == "1min"


def test_what_is_done_is_committed(kept, empty_warehouse):
    with open_transaction(kept) as cursor:
        cursor.execute("create table t as select 1 as n")
    assert empty_warehouse.fetch_all("select n from t") == [(1,)]


def fail_after_a_statement(connect):
    with open_transaction(connect) as cursor:
        cursor.execute("create table t as select 1 as n")
        raise ZeroDivisionError


def test_failed_transaction_is_rolled_back_and_its_session_is_not_used_again(kept, empty_warehouse):
    first = read_session(kept)
    with pytest.raises(ZeroDivisionError):
        fail_after_a_statement(kept)
    assert empty_warehouse.fetch_all("select to_regclass('t')") == [(None,)]
    assert read_session(kept) != first


def test_session_that_the_server_ended_is_replaced(kept, empty_warehouse):
    pid, _ = read_session(kept)
    assert empty_warehouse.fetch_all("select pg_terminate_backend(%s, 5000)", (pid,)) == [(True,)]
    assert read_session(kept)[0] != pid


def lose_the_session(connect, warehouse):
    with open_transaction(connect) as cursor:
        cursor.execute("select pg_backend_pid()")
        warehouse.fetch_all("select pg_terminate_backend(%s, 5000)", cursor.fetchone())
        cursor.execute("select 1")


def test_session_that_ends_during_a_transaction_is_an_error(kept, empty_warehouse):
    with pytest.raises(DatabaseUnavailableError):
        lose_the_session(kept, empty_warehouse)


def test_long_idle_session_is_not_trusted(kept, clock):
    first = read_session(kept)
    clock.now += 29
    assert read_session(kept) == first
    clock.now += 31
    assert read_session(kept) != first


def test_transaction_inside_another_has_a_session_of_its_own(kept, empty_warehouse):
    with open_transaction(kept) as cursor:
        cursor.execute("select pg_backend_pid()")
        assert cursor.fetchone()[0] != read_session(kept)[0]
    assert count_others(empty_warehouse, 1) == 1


def test_close_leaves_no_session(kept, empty_warehouse):
    read_session(kept)
    kept.close()
    assert count_others(empty_warehouse, 0) == 0


def test_plain_way_to_connect_is_closed_after_each(empty_warehouse):
    assert read_session(empty_warehouse.connect) != read_session(empty_warehouse.connect)
