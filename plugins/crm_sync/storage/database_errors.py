"""What a PostgreSQL error means for the writer: bad data, try again, wrong table, or give up.

Splitting a chunk around bad rows is left to `upsert.py`, trying a transaction again to `transactions.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import psycopg2

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import DatabaseUnavailableError, SchemaFaultError, StorageError

_COPY_CONTEXT = re.compile(r"^COPY [^,\n]+, [^\s\d]+ (\d+)(?:, [^\s,]+ ([^:,\n]+))?", re.MULTILINE)
"""Localised servers translate the words, not the order; PostgreSQL 13 to 18."""
_QUOTED_VALUE = re.compile(r'"[^"]*"')
_MESSAGE_CHARS = 500
_DATA_CLASSES = {"21", "22", "23", "44", "54", "P0"}
"""Cardinality, data, constraint, view check, program limit (a row too long), a trigger's raise."""
_TRANSIENT_CODES = {"53300", "55P03", "57P01", "57P02", "57P03", "57P05", "25P03"}
_TRANSIENT_CLASSES = {"08", "40"}


class ErrorKind(StrEnum):
    """What the writer does next."""

    DATA = "data"
    """Find the bad rows and save the others."""
    TRANSIENT = "transient"
    """Run the whole transaction again."""
    SCHEMA = "schema"
    """Stop: table and configuration don't fit."""
    UNAVAILABLE = "unavailable"
    """Stop: disk, memory, rights or the server itself."""


@dataclass(frozen=True)
class RowError:
    """Why the database refused one row.

    Args:
        code: SQLSTATE.
        message: the server's primary message without the row's values where the field is sensitive.
        column: column it is about, empty when the server doesn't say.
    """

    code: str
    message: str
    column: str


def classify(error: psycopg2.Error) -> ErrorKind:
    """Say what an error calls for.

    Source: PostgreSQL manual, appendix A (error codes), read 2026-01.
    """
    code = error.pgcode
    if code is None:
        lost = isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
        return ErrorKind.TRANSIENT if lost else ErrorKind.UNAVAILABLE
    if code in _TRANSIENT_CODES or code[:2] in _TRANSIENT_CLASSES:
        return ErrorKind.TRANSIENT
    if code[:2] in _DATA_CLASSES:
        return ErrorKind.DATA
    if (code[:2] == "42" and code != "42501") or code[:2] == "0A":
        return ErrorKind.SCHEMA
    return ErrorKind.UNAVAILABLE


def translate(error: psycopg2.Error, entity: EntityConfig) -> StorageError:
    """Turn an error that no retry and no splitting can cure into one of ours, naming table and remedy."""
    message = get_message(error)
    if error.pgcode == "42501":
        return DatabaseUnavailableError(
            f"The warehouse user lacks a right on table {entity.table}: {message}. "
            "Grant it, or make that user the owner of the table."
        )
    if classify(error) is ErrorKind.SCHEMA:
        return SchemaFaultError(f"Table {entity.table} does not fit its configuration: {message}.")
    return DatabaseUnavailableError(f"The warehouse failed while saving to {entity.table}: {message}.")


def get_message(error: psycopg2.Error) -> str:
    """Give the server's primary message; DETAIL is left out because it shows the row."""
    text = error.diag.message_primary or str(error).strip().split("\n", maxsplit=1)[0]
    return text[:_MESSAGE_CHARS].rstrip(".")


def get_line(error: psycopg2.Error) -> int | None:
    """Give the line of the COPY that failed, 1 for the first; None when the server doesn't say."""
    match = _COPY_CONTEXT.search(error.diag.context or "")
    return int(match[1]) if match else None


def describe_row_error(error: psycopg2.Error, entity: EntityConfig) -> RowError:
    """Describe why one row was refused; values of sensitive fields are cut out of the message."""
    match = _COPY_CONTEXT.search(error.diag.context or "")
    column = error.diag.column_name or (match[2] if match and match[2] else "")
    message = get_message(error)
    if any(field.sensitive or field.mask for name, field in entity.fields.items() if column in {"", name}):
        message = _QUOTED_VALUE.sub(_hide_unless_named(error, entity), message)
    return RowError(error.pgcode or "", message, column if column in entity.fields else "")


def _hide_unless_named(error: psycopg2.Error, entity: EntityConfig) -> Callable[[re.Match[str]], str]:
    """Keep the names of constraint, table, column and type in a message; hide every other quoted text."""
    named = {error.diag.constraint_name, error.diag.table_name, error.diag.column_name, entity.table_name}

    def replace(match: re.Match[str]) -> str:
        return match[0] if match[0].strip('"') in named else '"***"'

    return replace
