"""Texts of days and moments as people, spreadsheets and machines write them."""

from __future__ import annotations

import random

from tests.fuzz.cases import chance


def write_time(rng: random.Random, form: str | None) -> str:
    year = rng.choice([1969, 1999, 2024, 2025, 2025, 2026, 1, 99, 9999, 1900, 2038])
    month, day = rng.randint(1, 12), rng.choice([1, 2, 5, 9, 12, 28, 29, 30, 31])
    hour, minute, second = (
        rng.choice([0, 0, 1, 2, 10, 12, 23, 24]),
        rng.choice([0, 1, 30, 59, 60]),
        rng.choice([0, 0, 5, 59, 60]),
    )
    if form is not None and chance(rng, 0.75):
        return _by_format(rng, form, (year, month, day, hour % 24, minute % 60, second % 60))
    what = rng.randrange(10)
    iso = f"{year:04d}-{month:02d}-{day:02d}"
    if what < 2:
        return iso
    if what < 6:
        clock = f"{hour:02d}:{minute:02d}" + rng.choice(
            ["", f":{second:02d}", f":{second:02d}", f":{second:02d}.5", f":{second:02d}.123456789"]
        )
        zone = rng.choice(["", "", "Z", "+02:00", "-0500", "+05", " UTC", "+25:00", " +02:00", "-00:00"])
        return iso + rng.choice("T ") + clock + zone
    if what == 6:
        return str(
            rng.choice(
                [
                    0,
                    1736035200,
                    1736035200000,
                    -157766400,
                    -157766400000,
                    1736035200.25,
                    253402300799000,
                    253402300800000,
                    20250105,
                    12345,
                ]
            )
        )
    if what == 7:
        return rng.choice(
            [
                "1/5/25",
                "1/5/2025",
                "1.1.2",
                "05.01.2025",
                "2025-1-5",
                "2025-02-30",
                "9999-12-31 23:59:59",
                "0001-01-01",
                "0000-00-00",
                "2025-W01-1",
                "2025-01",
                "10:30",
                "2025-11-02 01:30:00",
                "2025-03-09 02:30:00",
                "2025-03-30 02:30:00",
            ]
        )
    if what == 8:
        return rng.choice(
            [
                "today",
                "Jan 5, 2025",
                "5-Jan-2025",
                "January 5 2025",
                "2025-01-05T10:00:00[UTC]",
                "2025-01-05T24:00:00Z",
            ]
        )
    return f"{month:02d}/{day:02d}/{year}"


def _by_format(rng: random.Random, form: str, parts: tuple[int, ...]) -> str:
    year, month, day, hour, minute, second = parts
    names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    full = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    pad = rng.choice([True, True, False])

    def two(number: int) -> str:
        return f"{number:02d}" if pad else str(number)

    told = {
        "%Y": rng.choice([f"{year:04d}", f"{year:04d}", f"{year:04d}", str(year), f"{year % 100:02d}"]),
        "%y": rng.choice([f"{year % 100:02d}", f"{year % 100:02d}", f"{year:04d}", str(year % 100)]),
        "%m": two(month),
        "%d": two(day),
        "%H": two(hour),
        "%I": two(hour % 12 or 12),
        "%M": f"{minute:02d}",
        "%S": f"{second:02d}",
        "%p": rng.choice(["AM", "pm", "PM"]),
        "%f": rng.choice(["5", "123456", "000000"]),
        "%z": rng.choice(["+0200", "-05:00", "Z", "+0000"]),
        "%b": names[month - 1].title(),
        "%B": full[month - 1],
    }
    for directive, text in told.items():
        form = form.replace(directive, text)
    return form
