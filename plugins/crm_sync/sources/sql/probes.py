"""Tries out an SQL database: its login by asking for the time, a table by its columns; no row is read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from crm_sync.config.models import EntityConfig
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.rest.waits import Waiter
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.session import SqlSession
from crm_sync.sources.sql.statements import build_query

T = TypeVar("T")

_STATEMENT_LIMIT_S = 30


def probe_login(database: SqlDatabase) -> str | None:
    """Ask for the database's time.

    Returns:
        A sentence; None where the kind of database can't be asked.

    Raises:
        SourceError: it can't be reached, or refuses the login.
    """
    clock = database.dialect.clock()
    if clock is None:
        return None
    _run(database, lambda session: session.fetch_rows(clock))
    return "the database answers and the login is valid"


def probe_table(entity: EntityConfig, read: SqlTableRead, database: SqlDatabase) -> str:
    """Ask for the kinds of an entity's columns.

    Raises:
        SourceError: the user may not select them, or they are not there.
        ConfigError: the YAML does not fit.
    """
    query = build_query(entity, read, database.dialect)
    kinds = _run(database, lambda session: session.describe(query.describe()))
    return f"{len(kinds)} columns of {read.table} may be selected"


def _run(database: SqlDatabase, ask: Callable[[SqlSession], T]) -> T:
    # somebody waits for the answer: what is repeated, is repeated at once
    waiter = Waiter(stop=database.stop, sleep=_skip)
    with closing(SqlSession(database, limit_s=_STATEMENT_LIMIT_S, waiter=waiter)) as session:
        return ask(session)


def _skip(_seconds: float) -> None:
    """Take no time."""
