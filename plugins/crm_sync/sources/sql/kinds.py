"""What the parts of the SQL source hand each other: kinds of columns, statements and faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


Key = int | str | dict[str, str]
"""One part of a position as JSON: a number, a text, or `{"hex": ...}` for bytes and the like."""


class ColumnKind(StrEnum):
    """What a column of a result holds, whatever the database calls it."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TEXT = "text"
    BINARY = "binary"
    BIT = "bit"
    DATE = "date"
    WALL_TIME = "datetime"
    """Date and time without a zone: the clock on the wall where the application runs."""
    MOMENT = "timestamp"
    """Date and time that the database knows the zone of; sessions are in UTC."""
    OTHER = "other"


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


@dataclass(frozen=True)
class Statement:
    """SQL text with the values that are bound to it."""

    text: str
    values: tuple[Any, ...] = ()


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
