"""A pytest plugin of `make test-dates`: skips what waits for a timer of the PostgreSQL server.

While a backend waits, libfaketime shows it the real time: a lock_timeout that has run out lies years ahead.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg2
import pytest

_LONGEST_S = 10
_CANCEL = f"""
select count(pg_cancel_backend(pid)) from pg_stat_activity
where wait_event_type in ('Lock', 'Timeout') and backend_type = 'client backend'
    and clock_timestamp() - query_start > interval '{_LONGEST_S} seconds'
"""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Cancel statements that wait for long, and skip the test that fails of it."""
    if "postgres_dsn" not in getattr(item, "fixturenames", ()):
        yield
        return
    over, cancelled = threading.Event(), threading.Event()
    arguments = (item._request.getfixturevalue("postgres_dsn"), over, cancelled)
    watch = threading.Thread(target=_watch, args=arguments, daemon=True)
    watch.start()
    try:
        yield
    except Exception as error:
        over.set()
        watch.join()
        if cancelled.is_set():
            raise pytest.skip.Exception("waits for a timer of the server") from error
        raise
    finally:
        over.set()
        watch.join()


def _watch(dsn: str, over: threading.Event, cancelled: threading.Event) -> None:
    while not over.wait(_LONGEST_S):
        connection = psycopg2.connect(dsn)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(_CANCEL)
            if cursor.fetchone() != (0,):
                cancelled.set()
        connection.close()
