"""Tries out an SQL database: its login by asking for the time, a table by its columns and its newest time.

No row is read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing
from datetime import datetime
from typing import TypeVar

from crm_sync.config.models import EntityConfig
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.rest.waits import Waiter
from crm_sync.sources.sql.clocks import ask_newest, compare_walls
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.session import SqlSession
from crm_sync.sources.sql.statements import build_query

T = TypeVar("T")

_STATEMENT_LIMIT_S = 30


def probe_login(database: SqlDatabase, zones: Collection[str]) -> str | None:
    """Ask for the database's time.

    Args:
        database: to try out.
        zones: `source_time_zone` of each entity.

    Returns:
        A sentence; None where the kind of database can't be asked.

    Raises:
        SourceError: it can't be reached, or refuses the login.
    """
    clock, wall = database.dialect.clock(), database.dialect.wall_clock()
    if clock is None or wall is None:
        return None
    ((now,),), ((shown,),) = ask_in_haste(
        database, lambda session: (session.fetch_rows(clock), session.fetch_rows(wall))
    )
    said = "the database answers and the login is valid"
    if shown is None:
        return said
    used = {database.time_zone} if database.time_zone else set(zones)
    return f"{said}; {compare_walls(datetime.fromisoformat(shown), used, database.dialect.read_clock(now))}"


def probe_table(entity: EntityConfig, read: SqlTableRead, database: SqlDatabase) -> str:
    """Ask for the kinds of an entity's columns, and where an index tells, how old the newest row is.

    Raises:
        SourceError: the user may not select them, or they are not there.
        ConfigError: the YAML does not fit.
    """
    return ask_in_haste(database, lambda session: _ask_table(session, entity, read, database))


def _ask_table(session: SqlSession, entity: EntityConfig, read: SqlTableRead, database: SqlDatabase) -> str:
    dialect = database.dialect
    query = build_query(entity, read, dialect)
    kinds = session.describe(query.describe())
    said = f"{len(kinds)} columns of {read.table} may be selected"
    clock, index = dialect.clock(), dialect.find_index(query.table, str(read.cursor))
    if read.cursor is None or clock is None or index is None:
        return said
    ((indexes,),) = session.fetch_rows(index)
    if not indexes:
        return f"{said}; no index begins with {read.cursor}"
    zone = database.time_zone or entity.source_time_zone
    ((now,),) = session.fetch_rows(clock)
    newest = ask_newest(session, query, read, kinds, zone=zone, now=dialect.read_clock(now))
    if newest is None:
        return said
    doubt = f": are its rows written in source_time_zone {zone}?" if newest.is_ahead else ""
    return f"{said}; the {newest}{doubt}"


def ask_in_haste(database: SqlDatabase, ask: Callable[[SqlSession], T]) -> T:
    """Ask something of a database whose answer somebody waits for; raises what `ask` raises."""
    # somebody waits for the answer: what is repeated, is repeated at once
    waiter = Waiter(stop=database.stop, sleep=_skip)
    with closing(SqlSession(database, limit_s=_STATEMENT_LIMIT_S, waiter=waiter)) as session:
        return ask(session)


def _skip(_seconds: float) -> None:
    """Take no time."""
