"""Runs a query of the client over the lake, with Athena's words for what is wrong with it."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from sandbox.salespro.catalogue import BY_NAME, TABLES, TYPES
from sandbox.salespro.errors import invalid
from sandbox.salespro.store import OWN, SHOWN, Store

_LONGEST = 262_144
_TEXT = r"'(?:[^']|'')*'"
_TIMESTAMP = re.compile(
    r"\btimestamp\s*'(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?'", re.IGNORECASE
)
_MARK = "\x00"
_TIMES = "|".join(name for name, kind in TYPES.items() if kind == "timestamp")
_COMPARED = re.compile(rf"\b({_TIMES})\s*(?:<=|>=|<>|!=|=|<|>)\s*'", re.IGNORECASE)
_FROM = re.compile(rf"\b({'|'.join(sorted(BY_NAME, key=len, reverse=True))})\b", re.IGNORECASE)
_NAMED = re.compile(r"no such (table|column): (?:main\.)?(?:\w+\.)?(\w+)")
_RESERVED_BYTES = 1 << 20


class QueryFailedError(Exception):
    """A query that Athena takes and that then fails; its text is the reason."""


@dataclass(frozen=True)
class Outcome:
    """What a query gives."""

    columns: list[tuple[str, str]]
    rows: list[tuple[str | None, ...]]
    scanned_bytes: int


def find_table(text: str) -> str:
    """The lake's table that a query reads first; empty: none that is known."""
    found = _FROM.search(text.partition("FROM")[2] or text)
    return found[1].lower() if found else ""


def check_text(text: object) -> str:
    """The query, if it is one that Athena takes.

    Raises:
        ApiError: 400, it has no length that Athena takes, or it is no single SELECT.
    """
    if not isinstance(text, str) or not 1 <= len(text) <= _LONGEST:
        raise invalid(f"1 validation error detected: queryString must have length between 1 and {_LONGEST}")
    bare = re.sub(_TEXT, "''", text).strip().rstrip(";")
    if ";" in bare:
        raise invalid("Only one sql statement is allowed.", "MALFORMED_QUERY")
    if not re.match(r"(?:select|with)\b", bare, re.IGNORECASE):
        word = bare.split()[0] if bare.split() else ""
        raise invalid(f"line 1:1: mismatched input '{word}'. Expecting: 'SELECT', 'WITH'", "MALFORMED_QUERY")
    return text


def run_query(store: Store, text: str, *, now_ms: int) -> Outcome:
    """Run a query over the rows that are visible now.

    Raises:
        ApiError: 400, its grammar is wrong.
        QueryFailedError: it is taken, and fails.
    """
    if compared := _COMPARED.search(text):
        place = f"line 1:{compared.start() + 1}"
        raise QueryFailedError(
            f"TYPE_MISMATCH: {place}: '{compared[1]}' is timestamp(3), can't be compared with varchar"
        )
    sql = _TIMESTAMP.sub(lambda found: f"'{_write_literal(found[1], found[2])}'", text.strip().rstrip(";"))
    database = store.database
    _make_views(database, now_ms)
    try:
        cursor = database.execute(sql)
        names = [one[0].lower() for one in cursor.description]
        rows = [tuple(None if cell is None else str(cell) for cell in row) for row in cursor.fetchall()]
    except sqlite3.Error as error:
        raise _explain(error, text) from error
    names = [f"_col{at}" if re.search(r"\W", name) else name for at, name in enumerate(names)]
    columns = [(name, TYPES.get(name, "bigint" if name.startswith("_col") else "varchar")) for name in names]
    return Outcome(columns, rows, _weigh(store, text))


def _make_views(database: sqlite3.Connection, now_ms: int) -> None:
    """The tables under their own names, without what is not visible yet."""
    for kind, table in TABLES.items():
        names = [one[1] for one in database.execute(f'PRAGMA table_info("all_{kind}")')]
        columns = ", ".join(f'"{name}"' for name in names if name not in (OWN, SHOWN))
        database.execute(f'DROP VIEW IF EXISTS "{table.name}"')
        database.execute(
            f'CREATE TEMP VIEW "{table.name}" AS SELECT {columns} FROM "all_{kind}" '  # noqa: S608  # own names
            f"WHERE {SHOWN} <= {now_ms:d} ORDER BY {OWN}"
        )


def _write_literal(day: str, clock: str | None) -> str:
    """A timestamp as the lake's texts have it, so that texts compare as times do."""
    clock = clock or "00:00:00"
    clock = clock if clock.count(":") == 2 else f"{clock}:00"
    whole, _, fraction = clock.partition(".")
    return f"{day} {whole}.{fraction[:3]:0<3}"


def _explain(error: sqlite3.Error, text: str) -> Exception:
    found = _NAMED.search(str(error))
    if found is None:
        return invalid(f"line 1:1: {error}", "MALFORMED_QUERY")
    place = f"line 1:{text.find(found[2]) + 1}"
    if found[1] == "table":
        return QueryFailedError(
            f"TABLE_NOT_FOUND: {place}: Table 'awsdatacatalog.sandbox_lake.{found[2]}' does not exist"
        )
    return QueryFailedError(
        f"COLUMN_NOT_FOUND: {place}: Column '{found[2]}' cannot be resolved or requester is not authorized "
        "to access requested resources"
    )


def _weigh(store: Store, text: str) -> int:
    """Bytes of the columns that a query names, whatever rows it wants: a lake has no index."""
    words = set(re.findall(r"\w+", text.lower()))
    total = 0
    for kind, table in TABLES.items():
        if table.name not in words:
            continue
        present = {one[1] for one in store.database.execute(f'PRAGMA table_info("all_{kind}")')}
        sums = [f'coalesce(sum(length("{name}")), 0)' for name in table.columns if name in words & present]
        if sums:
            statement = f'SELECT {" + ".join(sums)} FROM "all_{kind}"'  # noqa: S608  # own names
            total += int(store.database.execute(statement).fetchone()[0])
    return total
