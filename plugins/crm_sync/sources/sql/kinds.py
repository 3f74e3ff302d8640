"""Types that the parts of the SQL source share: kinds of columns, statements and faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from crm_sync.exceptions import FatalSourceError

if TYPE_CHECKING:
    import polars as pl


Key = int | float | str | dict[str, str]
"""One part of a position as JSON: a number, a text, or `{"hex": ...}` for bytes and the like."""


class ColumnKind(StrEnum):
    """What a column of a result holds, whatever the database calls it."""

    INTEGER = "integer"
    TINY = "tinyint"
    """An integer of one byte, which MySQL has for yes and no."""
    DECIMAL = "decimal"
    MONEY = "money"
    """An amount whose text depends on the session; read as a decimal."""
    MONEYS = "money[]"
    FLOAT = "float"
    SINGLE = "single-precision float"
    """A float of 32 bits that the server would round when it writes it; read as a double."""
    BOOLEAN = "boolean"
    TEXT = "text"
    PADDED = "char"
    """A text that is filled up with blanks which are no part of it."""
    PADDEDS = "char[]"
    CHOICE = "enum or set"
    """A text that is sorted by its place in a list, and compared by its letters."""
    BINARY = "binary"
    BIT = "bit"
    DATE = "date"
    WALL_TIME = "datetime"
    """Date and time without a zone: the clock on the wall where the application runs."""
    MOMENT = "timestamp"
    """Date and time that the database knows the zone of; sessions are in UTC."""
    SPATIAL = "geometry"
    VECTOR = "vector"
    NAME = "regclass (the name of an object in the database)"
    OTHER = "other"


REFUSED = frozenset({ColumnKind.SPATIAL, ColumnKind.VECTOR, ColumnKind.NAME})
"""Kinds that have no single text: which one it is depends on the session or the server's version."""
TEMPORAL = frozenset({ColumnKind.DATE, ColumnKind.WALL_TIME, ColumnKind.MOMENT})
SORTED_AS_TEXT = TEMPORAL
"""Kinds whose texts sort as their values do, so that growth can be checked here."""


class FaultKind(StrEnum):
    """What a database error means for the read."""

    DENIED = "denied"
    """Login or right: stop."""
    WRONG = "wrong"
    """The YAML names something that isn't there: stop."""
    BUSY = "busy"
    """Lock or deadlock: the same again."""
    LOST = "lost"
    """No connection: connect again, repeat from the last key."""
    CROWDED = "crowded"
    """No connection left for us: wait long."""
    SLOW = "slow"
    """The statement's time limit: ask for less."""
    FATAL = "fatal"


@dataclass(frozen=True)
class Fault:
    """A database error, judged."""

    kind: FaultKind
    code: str
    message: str


class MixedTypesError(FatalSourceError):
    """A column holds values whose texts can't be told apart."""


@dataclass(frozen=True)
class Statement:
    """SQL text with the values that are bound to it."""

    text: str
    values: tuple[Any, ...] = ()


def join_clauses(*clauses: str) -> str:
    """Put a statement together from its clauses, whose names are quoted and whose values are bound."""
    return " ".join(clauses)


@dataclass(frozen=True)
class RowBlock:
    """The rows of one page; their columns are built when they are needed, beside the next query.

    Args:
        rows: how many there are.
        last: values of the last row, in the columns' order; empty where there is no row.
        width: bytes of a row, about.
        build: gives the columns, of texts, bytes or objects.
    """

    rows: int
    last: Sequence[Any]
    width: float
    build: Callable[[], list[pl.Series]]
