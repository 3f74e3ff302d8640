"""strptime formats, strict in both directions: held against Python's and all ways to write its answer."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_sync.fields.base import FieldContext
from crm_sync.fields.strict_formats import UnusableFormatError, compile_format, read_format
from crm_sync.fields.time_formats import is_usable_format
from crm_sync.fields.time_values import DateTimeValidator, DateValidator
from tests.unit.fields.fields_support import read_value

FORMS = [
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d.%m.%y",
    "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%d/%m/%Y %H:%M:%S.%f",
    "%b %d, %Y",
    "%d %B %Y %I:%M %p",
    "%m/%d/%y %I:%M:%S %p",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%a, %d %b %Y %H:%M:%S",
    "%d.%m.%Y um %H:%M",
    "%Y/%j",
    "%Y-%m-%d %H.%M",
]
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=9))])
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2068, 12, 30), timezones=ZONES)  # noqa: DTZ001
NUMBERS = {"Y", "m", "d", "H", "I", "M", "S", "j", "y"}


def spell(directive: str, moment: datetime, *, is_tight: bool) -> set[str]:
    """Give all ways to write one directive of a moment."""
    # the C library doesn't fill up years
    text = f"{moment.year:04}" if directive == "Y" else moment.strftime(f"%{directive}")
    if directive == "f":
        return {text[:length] for length in range(1, 7) if not text[length:].strip("0")}
    if directive == "z":
        return {text, f"{text[:3]}:{text[3:]}", *(["Z", "-0000", "-00:00"] if text == "+0000" else [])}
    if directive in NUMBERS - {"Y", "y"} and not is_tight:
        bare = text.lstrip("0") or "0"
        return {bare.zfill(width) for width in range(1, len(text) + 1)}
    return {text}


def spell_all(form: str, moment: datetime) -> set[str]:
    """Give all texts that say a moment in a format, in lower case and with single blanks."""
    parts = re.findall(r"%.|[^%]+", form)
    ways = []
    for at, part in enumerate(parts):
        beside = [parts[place] for place in (at - 1, at + 1) if 0 <= place < len(parts)]
        is_tight = any(other[1:] in NUMBERS and other[0] == "%" for other in beside)
        ways.append(spell(part[1:], moment, is_tight=is_tight) if part[0] == "%" else {part})
    return {"".join(way).lower() for way in product(*ways)}


def read_plainly(form: str, text: str) -> datetime | None:
    try:
        read = datetime.strptime(text, form)  # noqa: DTZ007 - in UTC where it has no zone
    except ValueError:
        return None
    if (read.utcoffset() or timedelta()).seconds % 60:
        # only Python writes seconds in an offset
        return None
    return read if " ".join(text.split()).lower() in spell_all(form, read) else None


@st.composite
def texts_of(draw: st.DrawFn) -> tuple[str, str]:
    form = draw(st.sampled_from(FORMS))
    moment = draw(MOMENTS)
    text = draw(st.sampled_from(sorted(spell_all(form, moment)))).replace("t", "T")
    text = text if "%z" not in form else text.upper()
    chars = list(text)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(chars)))
        chars[at : at + draw(st.integers(0, 1))] = draw(st.sampled_from(["", *"0159 /-:.+Z٣"]))
    return form, "".join(chars).strip()


@settings(max_examples=400)
@given(texts_of())
@example(("%m/%d/%Y", "1/9/25"))
@example(("%Y/%j", "0001/100"))
@example(("%m/%d/%Y", "1/9/+2025"))
@example(("%m/%d/%Y", "1/ 9/2025"))
@example(("%Y%m%d", "2025-02-01"))
@example(("%Y%m%d", "2025112"))
@example(("%d.%m.%y", "1.1.2"))
@example(("%Y-%m-%d", "2025-02-30"))
@example(("%Y-%m-%d %H:%M:%S %z", "2025-02-01 10:00:60 +0000"))
@example(("%Y-%m-%d %H:%M:%S %z", "2025-02-01 10:00:00 +0199"))
@example(("%Y-%m-%d %H:%M:%S %z", "2025-02-01 10:00:00 +000010"))
@example(("%a, %d %b %Y %H:%M:%S", "tue, 5 jan 2026 10:00:00"))
def test_format_agrees_with_strptime_and_the_ways_to_write_its_answer(case: tuple[str, str]) -> None:
    form, text = case
    if not text:
        return
    expected = read_plainly(form, text)
    value = read_value(DateTimeValidator(FieldContext(format=form)), text).value
    if expected is not None:
        expected = expected if expected.tzinfo else expected.replace(tzinfo=UTC)
    assert value == expected


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40)
@given(moment=MOMENTS)
def test_format_columns_and_single_values_agree(form: str, moment: datetime) -> None:
    text = moment.strftime(form)
    context = FieldContext(format=form, source_time_zone="America/New_York")
    validator = DateTimeValidator(context)
    assert read_value(validator, text).value == validator.judge(text).value


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%m/%d/%Y", "1/5/25"),
        ("%m/%d/%Y", "01/05/20255"),
        ("%m/%d/%Y", "13/05/2025"),
        ("%m/%d/%Y", "1/5/2025 10:00"),
        ("%m/%d/%Y", "2025-01-05"),
        ("%m/%d/%Y", "0/5/2025"),
        ("%d.%m.%Y", "1.1.2"),
        ("%d.%m.%Y", "01.01.0000"),
        ("%d.%m.%Y", "+1.1.2025"),
        ("%Y%m%d", "202511"),
        ("%Y-%d-%m", "2025-01-13"),
        ("%b %d, %Y", "Sept 5, 2025"),
        ("%d/%m/%Y", "\u0660\u0661/\u0660\u0661/\u0662\u0660\u0662\u0665"),
        ("%Y-%m-%d", "1736035200000"),
        ("%d %m %Y", "01\x1f02 2025"),
    ],
)
def test_date_in_another_notation_is_refused(form: str, text: str) -> None:
    verdict = read_value(DateValidator(FieldContext(format=form)), text)
    assert verdict.value is None
    assert verdict.error is not None


@pytest.mark.parametrize(
    ("pivot", "text", "year"),
    [
        (69, "68", 2068),
        (69, "69", 1969),
        (30, "29", 2029),
        (30, "30", 1930),
        (100, "99", 2099),
        (0, "00", 1900),
        (80, "75", 2075),
    ],
)
def test_year_of_two_digits_turns_at_the_pivot(pivot: int, text: str, year: int) -> None:
    context = FieldContext(format="%d.%m.%y", pivot_year=pivot)
    assert read_value(DateValidator(context), f"1.3.{text}").value == date(year, 3, 1)
    assert read_value(DateTimeValidator(context), f"1.3.{text}").value == datetime(year, 3, 1, tzinfo=UTC)


def test_leap_day_of_a_year_that_the_pivot_makes_none_is_refused() -> None:
    assert (
        read_value(DateValidator(FieldContext(format="%d.%m.%y", pivot_year=0)), "29.02.00").error
        == "no such date"
    )


@pytest.mark.parametrize(
    "form", ["%F %T", "%-m/%-d/%Y", "%b %e, %Y", "%D %r", "%Y-%m-%d %H:%M %:z", "%G-W%V-%u"]
)
def test_format_in_other_peoples_directives_is_usable(form: str) -> None:
    assert is_usable_format(form)


@pytest.mark.parametrize(
    "form", ["%c", "%Y %U %w", "%s", "%m/%d", "%H:%M", "%Y-%m-%d %Q", "%y %Y-%m-%d", "%Y%m%d%", ""]
)
def test_format_that_does_not_say_the_day_or_is_not_read_strictly_is_unusable(form: str) -> None:
    assert not is_usable_format(form)


def test_format_of_unknown_directive_names_it() -> None:
    with pytest.raises(UnusableFormatError, match="%Q"):
        compile_format("%Q")


def test_text_outside_the_format_is_told_from_a_day_that_does_not_exist() -> None:
    context = FieldContext(format="%d/%m/%Y")
    with pytest.raises(UnusableFormatError):
        read_format("31-02-2026", context)
    assert read_value(DateValidator(context), "31/02/2026").error == "no such date"
