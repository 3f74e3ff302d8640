"""Dates and moments: ISO 8601, numbers since 1970, and formats taken by the letter."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.settings import Column
from tests.oracle.told import REFUSED, Choice, Never, Told, exactly

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?"
    r"(?: ?([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?))?",
    re.ASCII,
)
_EPOCH = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
BLANKS = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Unicode calls white space."""
_ENDS = {"infinity": 9999, "-infinity": 1}
"""As PostgreSQL writes them."""
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_PARTS = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "f": r"\d{1,6}",
    "p": r"[AaPp][Mm]",
    "z": r"[Zz]|[+-]\d\d:?\d\d",
    "b": "[A-Za-z]{3}",
    "B": "[A-Za-z]{3,9}",
}


def tell_moment(text: str, column: Column, zone: str) -> Told:
    """Say what a column of datetimes may hold for a text without blanks around it."""
    if column.format:
        found = read_format(text, column.format, column.pivot_year)
        return _place(found, zone) if isinstance(found, datetime) else REFUSED
    if text in _ENDS:
        return (Choice(Never(_ENDS[text])),)
    return _tell_epoch(text) if _EPOCH.fullmatch(text) else _tell_iso(text, zone)


def tell_day(text: str, column: Column) -> Told:
    """Say what a column of dates may hold for a text without blanks around it."""
    if column.format:
        found = read_format(text, column.format, column.pivot_year)
        if isinstance(found, datetime):
            told = _day_of(found)
            # a zone without a time of day names no day of its own
            return (*told, *REFUSED) if "%z" in column.format else told
        return REFUSED
    if text in _ENDS:
        return (Choice(Never(_ENDS[text])),)
    if _EPOCH.fullmatch(text):
        # seconds stand for a moment, not for a day
        is_day = re.fullmatch(r"0|-?[0-9]{11,14}", text) is not None
        try:
            return _day_of(_EPOCH_START + timedelta(milliseconds=int(text))) if is_day else REFUSED
        except OverflowError:
            return REFUSED
    return _iso_day(text)


def _iso_day(text: str) -> Told:
    match = _ISO.fullmatch(text)
    if match is None:
        return REFUSED
    try:
        day = date(*map(int, match.group(1, 2, 3)))
        wall = _read_iso(match)
    except (ValueError, OverflowError):
        return REFUSED
    if match.group(8) and match.group(4) is None:
        return (Choice(day), *REFUSED)
    return exactly(day) if wall.time().isoformat() == "00:00:00" else REFUSED


def _day_of(moment: datetime) -> Told:
    return exactly(moment.date()) if moment.time().isoformat() == "00:00:00" else REFUSED


def _tell_iso(text: str, zone: str) -> Told:
    match = _ISO.fullmatch(text)
    if match is None:
        return REFUSED
    try:
        moment = _read_iso(match)
    except (ValueError, OverflowError):
        return REFUSED
    told = _place(moment, zone)
    if match.group(8) and match.group(4) is None:
        return (*told, *REFUSED)
    return told


def _read_iso(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(one or 0) for one in match.group(1, 2, 3, 4, 5, 6))
    micro = int((match.group(7) or "0").ljust(6, "0")[:6])
    wall = datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - its zone comes next
    return wall.replace(tzinfo=_read_zone(match.group(8)))


def _read_zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _place(moment: datetime, zone: str) -> Told:
    """Give the moment in UTC; without a zone of its own it is the wall clock's first pass."""
    own = moment.tzinfo is not None
    try:
        return exactly((moment if own else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC))
    except OverflowError:
        # "never" in a wall clock survives; a stated offset says a moment that there is none of
        survives = (Choice(Never(moment.year)),)
        return (*survives, *REFUSED) if own else survives


def _tell_epoch(text: str) -> Told:
    """Read a number since 1970: 9 or 10 digits are seconds, 12 or 13 milliseconds; a date in disguise is none."""
    whole, _, fraction = text.lstrip("-").partition(".")
    is_negative = text.startswith("-")
    seconds, milliseconds = len(whole) in (9, 10) or whole == "0", len(whole) in (12, 13)
    if len(whole) == 15 and 253_402_214_400_000 <= int(whole) < 253_402_300_800_000:
        # the last day of the calendar means never
        return (Choice(_EPOCH_START + timedelta(milliseconds=int(whole))), *REFUSED)
    if not seconds and not milliseconds:
        return REFUSED
    if len(whole) == 12 and not is_negative and _looks_like_day(whole[:8]) and _looks_like_clock(whole[8:]):
        return REFUSED
    number = int(whole) * (-1 if is_negative else 1)
    moment = (
        _EPOCH_START + timedelta(seconds=number) if seconds else _EPOCH_START + timedelta(milliseconds=number)
    )
    if fraction:
        micro = int(fraction.ljust(6, "0")[:6]) * (-1 if is_negative else 1)
        # the page tells of whole numbers only
        return (Choice(moment + timedelta(microseconds=micro if seconds else 0)), *REFUSED)
    return (Choice(moment), *REFUSED) if whole[0] == "0" != whole else exactly(moment)


def _looks_like_day(digits: str) -> bool:
    return digits[:2] in ("19", "20") and 1 <= int(digits[4:6]) <= 12 and 1 <= int(digits[6:]) <= 31


def _looks_like_clock(digits: str) -> bool:
    return int(digits[:2]) < 24 and int(digits[2:]) < 60


def read_format(text: str, form: str, pivot: int | None) -> datetime | None:
    """Read a text by a format, by the letter.

    Returns:
        The moment, with a zone where the format has one; None where the text is not of that format.
    """
    pattern, names = "", []
    pieces = re.findall(r"%.|[^%]+", form)
    for place, piece in enumerate(pieces):
        if not piece.startswith("%"):
            pattern += re.sub(r"(?:\\ )+", lambda _: f"[{BLANKS}]+", re.escape(piece))
            continue
        if piece == "%%":
            pattern += "%"
            continue
        name = piece[1]
        beside = [one for one in pieces[max(0, place - 1) : place + 2] if one != piece]
        stuck = any(one.startswith("%") and one[1] in "YmdHIMSyf" for one in beside)
        part = _PARTS.get(name) or (r"\d{2}" if stuck else r"\d{1,2}")
        pattern += f"({part})"
        names.append(name)
    match = re.fullmatch(pattern, text, re.ASCII)
    if match is None:
        return None
    found = dict(zip(names, match.groups(), strict=True))
    try:
        return _build(found, pivot)
    except (ValueError, OverflowError):
        return None


def _build(found: dict[str, Any], pivot: int | None) -> datetime:
    year = int(found.get("Y", 1900))
    if "y" in found:
        short = int(found["y"])
        year = short + (2000 if short < (69 if pivot is None else pivot) else 1900)
    month = int(found.get("m", 1))
    for name in ("b", "B"):
        if name in found:
            said = found[name].lower()
            names = [one[:3] for one in _MONTHS] if name == "b" else _MONTHS
            month = names.index(said) + 1
    hour = int(found.get("H", 0))
    if "I" in found:
        twelve = int(found["I"])
        if not 1 <= twelve <= 12:
            raise ValueError(found["I"])
        late = found.get("p", "am").lower() == "pm"
        hour = twelve % 12 + (12 if late else 0)
    wall = datetime(  # noqa: DTZ001 - its zone comes next
        year,
        month,
        int(found.get("d", 1)),
        hour,
        int(found.get("M", 0)),
        int(found.get("S", 0)),
        int(found.get("f", "0").ljust(6, "0")),
    )
    return wall.replace(tzinfo=_read_zone(found.get("z")))
