"""The agreed log lines and what they may show of a value; no record data reaches a log but through here."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol

HIDDEN = "***"
MAX_SHOWN_CHARS = 80
MAX_LINES = 100
"""Lines about single values that one stage writes; the rest are counted."""

_PARSE_RULES = frozenset({"type", "field_nulled"})


class _Field(Protocol):
    @property
    def type(self) -> str: ...
    @property
    def sensitive(self) -> bool: ...
    @property
    def mask(self) -> object: ...


class _Entity(Protocol):
    @property
    def crm_source(self) -> str: ...
    @property
    def primary_key(self) -> tuple[str, ...]: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...


class _Findings(Protocol):
    """A Polars frame, which this layer doesn't import."""

    @property
    def height(self) -> int: ...
    def head(self, n: int = ...) -> _Findings: ...
    def iter_rows(self, *, named: Literal[True]) -> Iterator[dict[str, Any]]: ...


def show_value(value: object, *, is_hidden: bool = False) -> str:
    """Make a value fit for a log line: cut to 80 characters, control characters escaped, `***` if hidden."""
    if is_hidden:
        return HIDDEN
    text = "" if value is None else str(value)
    shown = text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 1] + "…"
    return "".join(char if char.isprintable() else _escape(char) for char in shown)


def format_validation_warning(field: str, value: object, record_id: object, error: str) -> str:
    """Say that a value is not as it should be; `value` as `show_value` made it."""
    return f"Validation warning for field '{field}' with value '{value}' (Record: id={record_id}): {error}"


def format_parse_failure(
    data_type: str, value: object, field: str, crm_source: str, record_id: object
) -> str:
    """Say that a value could not be converted; `value` as `show_value` made it."""
    return f"Failed to parse {data_type} value: '{value}' in field '{field}' for {crm_source} {record_id}"


def format_completion(
    crm_source: str, sync_type: str, *, created: int, updated: int, failed: int, detail: str = ""
) -> str:
    """Say how an entity's sync ended."""
    counts = f"{created} created, {updated} updated, {failed} failed"
    return f"Completed {crm_source} {sync_type} sync: {counts}{f' ({detail})' if detail else ''}"


class LimitedLog:
    """Writes at most `limit` lines about single values in one stage, and counts the others.

    Args:
        logger: where the lines go, as warnings.
        limit: most lines; the closing count is one more.
    """

    def __init__(self, logger: logging.Logger, limit: int = MAX_LINES) -> None:
        self._logger = logger
        self._left = limit
        self._limit = limit
        self._skipped = 0

    @property
    def left(self) -> int:
        """Lines that may still be written."""
        return self._left

    def validation_warning(
        self, field: str, value: object, record_id: object, error: str, *, is_hidden: bool = False
    ) -> None:
        """Say that a value is not as it should be."""
        self._write(
            format_validation_warning(field, show_value(value, is_hidden=is_hidden), record_id, error)
        )

    def parse_failure(
        self,
        data_type: str,
        value: object,
        field: str,
        crm_source: str,
        record_id: object,
        *,
        is_hidden: bool = False,
    ) -> None:
        """Say that a value could not be converted."""
        shown = show_value(value, is_hidden=is_hidden)
        self._write(format_parse_failure(data_type, shown, field, crm_source, record_id))

    def skip(self, lines: int) -> None:
        """Count lines that the caller didn't hand over because none were left."""
        self._skipped += lines

    def close(self) -> None:
        """Write how many lines were left out, if any; a second call writes nothing."""
        if self._skipped:
            self._logger.warning(
                "%s more warnings about values were left out (at most %s are written in a stage).",
                f"{self._skipped:,}",
                self._limit,
            )
        self._skipped = 0

    def _write(self, line: str) -> None:
        if self._left == 0:
            self._skipped += 1
            return
        self._left -= 1
        self._logger.warning("%s", line)


def log_findings(lines: LimitedLog, entity: _Entity, findings: _Findings) -> None:
    """Write the findings of one chunk.

    Args:
        lines: the stage's log.
        entity: says which values are hidden.
        findings: table of findings, `fields.findings.FINDINGS_SCHEMA`.
    """
    shown = min(lines.left, findings.height)
    is_key_hidden = any(_is_hidden(entity.fields[column]) for column in entity.primary_key)
    rows = findings.head(shown).iter_rows(named=True)
    for row in rows:
        field = entity.fields.get(row["field"])
        hidden = field is not None and _is_hidden(field)
        record_id = show_value(row["record_id"], is_hidden=is_key_hidden) or "unknown"
        if field is not None and row["rule"] in _PARSE_RULES:
            lines.parse_failure(
                str(field.type), row["value"], row["field"], entity.crm_source, record_id, is_hidden=hidden
            )
        else:
            lines.validation_warning(row["field"], row["value"], record_id, row["error"], is_hidden=hidden)
    lines.skip(findings.height - shown)


def _is_hidden(field: _Field) -> bool:
    return field.sensitive or field.mask is not None


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
