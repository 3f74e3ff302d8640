"""Dates and times in cells, as an account says that it writes them, to ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
_DIRECTIVES = {
    "yyyy": "%Y", "uuuu": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "dd": "%d",
    "d": "%d", "HH": "%H", "H": "%H", "hh": "%I", "h": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S",
    "SSS": "%f", "a": "%p", "EEEE": "%A", "EEE": "%a", "Z": "%z", "XXX": "%z",
}  # fmt: skip


@dataclass(frozen=True)
class CellFormat:
    """How the cells of one field are written.

    Args:
        patterns: for strptime; the first that fits counts, and then ISO 8601.
        zone: of times that name none.
    """

    patterns: tuple[str, ...] = ()
    zone: tzinfo = UTC

    def read_date(self, text: str) -> object:
        """Give the date in ISO 8601; the text as it is if it can't be read."""
        moment = self._read(text)
        # a time of day is not dropped
        is_date = moment is not None and (moment.hour, moment.minute, moment.second) == (0, 0, 0)
        return moment.date().isoformat() if moment is not None and is_date else text

    def read_datetime(self, text: str) -> object:
        """Give the moment in UTC; the text as it is if it can't be read."""
        moment = self._read(text)
        if moment is None:
            return text
        try:
            aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=self.zone)
            return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
        except OverflowError:
            return text

    def _read(self, text: str) -> datetime | None:
        for pattern in self.patterns:
            try:
                return datetime.strptime(text.strip(), pattern)  # noqa: DTZ007  # the zone is added by the caller
            except ValueError:
                continue
        try:
            return datetime.fromisoformat(text.strip())
        except ValueError:
            return None


@lru_cache(maxsize=1024)
def translate_pattern(pattern: str) -> str | None:
    """Turn a pattern such as `yyyy-MM-dd` into strptime's notation; None: it has something that can't be."""
    pieces = []
    at = 0
    for found in _TOKEN.finditer(pattern):
        if found.start() != at:
            return None  # a quote that is never closed
        at = found.end()
        if found[1] is not None:
            pieces.append((found[1].replace("''", "'") or "'").replace("%", "%%"))
        elif found[2] is None:
            pieces.append(found[0].replace("%", "%%"))
        elif (directive := _DIRECTIVES.get(found[0])) is not None:
            pieces.append(directive)
        else:
            return None
    return "".join(pieces) if at == len(pattern) and pattern else None


def build_format(patterns: Iterable[str | None], zone: tzinfo) -> CellFormat:
    """Build the format of a field from patterns of an account; those that can't be read don't count."""
    translated = (translate_pattern(one) for one in patterns if one)
    return CellFormat(tuple(one for one in translated if one), zone)
