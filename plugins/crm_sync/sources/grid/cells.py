"""Cells to JSON values that fields can read: days since 1899 to dates, numbers to texts, by a column's type.

What a cell can't be is left as it is, and becomes a finding of its field.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_grid import OWN_SOURCES, CellWords
from crm_sync.constants import FieldType
from crm_sync.exceptions import ConfigError
from crm_sync.fields.base import FieldContext
from crm_sync.fields.paths import NUMBERS, source_paths
from crm_sync.fields.strict_formats import read_format
from crm_sync.fields.time_formats import is_usable_format
from crm_sync.sources.grid.layout import Tab
from crm_sync.sources.grid.number_texts import read_number_text

Convert = Callable[[Any], Any]

_DAY_0 = datetime.fromisoformat("1899-12-30")
"""On a wall clock, whose zone is the file's."""
_DAY_S = 86_400
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?", re.ASCII)
_MOST_DIGITS = 15
"""Of a number that a sheet keeps exactly."""
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_TICK = "x"


@dataclass
class CellReader:
    """Reads the cells of one tab.

    Args:
        entity: whose columns say what the cells under a title are.
        words: by column, how its cells are written.
        tab: zone and number mark of its file.
    """

    entity: EntityConfig
    words: Mapping[str, CellWords]
    tab: Tab
    long_numbers: Counter[str] = field(default_factory=Counter)
    """By title, numbers under it that are texts to us and have more digits than a sheet keeps."""
    _converts: dict[str, Convert] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds: dict[str, tuple[object, ...]] = {}
        for column, config in self.entity.fields.items():
            words = self.words.get(column, CellWords())
            self._check(column, config, words)
            mark = config.decimal_mark or self.entity.decimal_mark
            convert = self._choose(config.type, words, mark)
            kind = (convert.__name__, words, mark)
            for path in source_paths(column, config.source):
                if path not in OWN_SOURCES and kinds.setdefault(path, kind) != kind:
                    expected = f"a title whose cells are of one type: another column reads '{path}' otherwise"
                    raise ConfigError(self._file, f"fields.{column}.source", expected)
                self._converts.setdefault(path, convert)

    def converts(self, name: str) -> bool:
        """Say whether cells under a title are read for a column; others stay as they are."""
        return name in self._converts

    def read(self, name: str, cell: object) -> object:
        """Give the value of a cell under a title; None: it is empty."""
        if cell is None or cell == "":
            return None
        convert = self._converts.get(name)
        if convert is None or cell in self.entity.error_texts:
            return cell
        value = convert(cell)
        if value.__class__ is str and not isinstance(cell, str) and _count_digits(value) > _MOST_DIGITS:
            self.long_numbers[name] += 1
        return value

    @property
    def _file(self) -> str:
        return f"{self.entity.crm_source}/{self.entity.sync_type}.yaml"

    def _check(self, column: str, config: FieldConfig, words: CellWords) -> None:
        if config.format is not None and config.type in (FieldType.DATE, FieldType.DATETIME):
            expected = f"none here: read.cells.{column}.formats has the notations of typed dates"
            raise ConfigError(self._file, f"fields.{column}.format", expected, got=config.format)
        wrong = next((form for form in words.formats if not is_usable_format(form)), None)
        if wrong is not None:
            expected = "strptime formats with year, month and day"
            raise ConfigError(self._file, f"read.cells.{column}.formats", expected, got=wrong)

    def _choose(self, kind: FieldType, words: CellWords, mark: Any) -> Convert:  # noqa: ANN401  # `.`, `,` or None
        def read_day(cell: object) -> object:
            return _read_time(cell, words, _write_day)

        def read_moment(cell: object) -> object:
            return _read_time(cell, words, self._place)

        def read_number(cell: object) -> object:
            if not isinstance(cell, str):
                return _drop_zero(cell)
            return read_number_text(cell, mark or self.tab.mark, written=mark or ".")

        def read_flag(cell: object) -> object:
            return True if isinstance(cell, str) and cell.strip().lower() == _TICK else _drop_zero(cell)

        def read_text(cell: object) -> object:
            return self._write_text(cell, words)

        if kind is FieldType.DATE:
            return read_day
        if kind is FieldType.DATETIME:
            return read_moment
        if kind in NUMBERS:
            return read_number
        return read_flag if kind is FieldType.BOOLEAN else read_text

    def _write_text(self, cell: object, words: CellWords) -> object:
        if isinstance(cell, str):
            return cell.strip()
        if isinstance(cell, bool):
            return "TRUE" if cell else "FALSE"
        if not isinstance(cell, int | float):
            return cell
        text = format(Decimal(repr(cell)), "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.zfill(words.pad)

    def _place(self, moment: datetime) -> str | None:
        """Give the moment of a wall clock; None: it lies outside of the calendar."""
        with suppress(OverflowError):
            aware = moment if moment.tzinfo else moment.replace(tzinfo=self.tab.zone)
            return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return None


def _count_digits(text: str) -> int:
    """Count the digits of a number that are not zeros at its ends; other texts have none."""
    return len(text.strip("-").replace(".", "").strip("0")) if _NUMBER.fullmatch(text) else 0


def _drop_zero(cell: object) -> object:
    """Give a whole number as one: a sheet knows no other numbers than floats."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53 else cell


def _read_time(cell: object, words: CellWords, write: Callable[[datetime], str | None]) -> object:
    """Read a date or time; gives the text that the field reads, or one that it refuses."""
    if isinstance(cell, str):
        text = cell.strip()
        moment = _read_time_text(text, words)
        return text if moment is None else write(moment) or text
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    written = None
    with suppress(OverflowError):
        written = write(_DAY_0 + timedelta(seconds=round(cell * _DAY_S)))
    # as a bare number it could pass for seconds since 1970
    return f"{cell} days" if written is None else written


def _read_time_text(text: str, words: CellWords) -> datetime | None:
    for form in words.formats:
        with suppress(ValueError):
            return read_format(text, FieldContext(format=form))
    if _ISO.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    return None


def _write_day(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == time.min else moment.isoformat()
