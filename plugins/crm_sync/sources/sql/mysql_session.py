"""What a MySQL or MariaDB session is set to, so that values are written one way whatever the server says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm_sync.untyped import DbConnection

_PINNED = (
    "SET SESSION TRANSACTION READ ONLY",
    # TIMESTAMP columns come in the session's zone
    "SET SESSION time_zone = '+00:00'",
    # no ANSI_QUOTES, PIPES_AS_CONCAT, NO_BACKSLASH_ESCAPES, PAD_CHAR_TO_FULL_LENGTH
    "SET SESSION sql_mode = ''",
    "SET SESSION character_set_results = utf8mb4",
)
_WHERE_KNOWN = (
    # what expressions write: month names, lists that would be cut without a word
    "SET SESSION lc_time_names = 'en_US'",
    "SET SESSION group_concat_max_len = 4294967295",
    # limits of rows that a server may set for its users
    "SET SESSION sql_select_limit = 18446744073709551615",
    "SET SESSION sql_big_selects = 1",
)
_UNKNOWN_VARIABLE, _NOT_ALLOWED = 1193, 1227


def pin_session(connection: DbConnection, *, limit_s: int, is_mariadb: bool) -> None:
    """Make a session read-only, in UTC and UTF-8, with a time limit for statements.

    Args:
        connection: a fresh one.
        limit_s: longest time for one statement; 0: none.
        is_mariadb: MariaDB counts the limit in seconds, MySQL in milliseconds.
    """
    limit = (
        f"SET SESSION max_statement_time = {limit_s:d}"
        if is_mariadb
        else f"SET SESSION max_execution_time = {limit_s * 1000:d}"
    )
    cursor = connection.cursor()
    try:
        for text in _PINNED:
            cursor.execute(text)
        for text in (*_WHERE_KNOWN, limit):
            _try(cursor.execute, text)
    finally:
        cursor.close()


def _try(execute: Callable[[str], Any], text: str) -> None:
    """Set what a version may not know, or not let its users set."""
    try:
        execute(text)
    except Exception as error:
        if getattr(error, "errno", None) not in (_UNKNOWN_VARIABLE, _NOT_ALLOWED):
            raise
