"""Texts as people, spreadsheets and machines write values: good ones, near misses, nonsense."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.fuzz.cases import chance, mutate
from tests.fuzz.time_notations import write_time

FORMATS = (
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d/%m/%Y %H:%M",
    "%Y%m%d",
    "%m/%d/%y",
    "%d.%m.%y %H:%M:%S",
    "%b %d, %Y",
    "%m/%d/%Y %I:%M %p",
    "%Y-%m-%d %H:%M:%S%z",
    "%d-%b-%Y",
    "%Y/%m/%d %H:%M:%S.%f",
    "%d%m%Y",
    "%B %d %Y",
)
ZONES = ("UTC", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland")
_BLANKS = " \t\n\r\x0b\x0c\x85\xa0\u2003\u3000\u200b\ufeff"
_ODD = "\x00\x01\x1f\x7f\u0660\u0663\u00b2\uff11\ud800\udc00\ufffd\u2212\u202e" + _BLANKS


def write(rng: random.Random, kind: str, form: str | None = None) -> str:
    """Write one text for a column of a type."""
    if chance(rng, 0.03):
        return rng.choice(
            [
                "",
                " ",
                "\t",
                "\n",
                "\xa0",
                "\u3000",
                "\x00",
                "null",
                "NULL",
                "N/A",
                "-",
                "\\N",
                "NaN",
                "None",
                "\u200b",
            ]
        )
    makers: dict[str, Callable[[random.Random], str]] = {
        "integer": _number,
        "number": _number,
        "decimal": _number,
        "boolean": _boolean,
        "email": _email,
        "phone": _phone,
        "url": _url,
    }
    if kind in ("date", "datetime"):
        text = write_time(rng, form)
        alphabet = "0123456789-+:.TZ /apm"
    elif kind in makers:
        text = makers[kind](rng)
        alphabet = "0123456789+-.,eE' _$%" if kind in ("integer", "number", "decimal") else "abtrue01@.+- "
    else:
        text = rng.choice(
            [
                "Ann",
                "O'Neil",
                "a,b",
                'say "hi"',
                "Müller",
                "1",
                "001",
                "true",
                "2025-01-05",
                "{}",
                "[1]",
                "日本",
                "a\nb",
            ]
        )
        alphabet = "ab1 ,\"'\\"
    if chance(rng, 0.5):
        text = mutate(rng, text, alphabet if chance(rng, 0.9) else _ODD)
    if chance(rng, 0.1):
        text = rng.choice(_BLANKS) + text if chance(rng, 0.5) else text + rng.choice(_BLANKS)
    return text


def _number(rng: random.Random) -> str:
    digits = "".join(
        rng.choice("0123456789") for _ in range(rng.choice([1, 1, 2, 3, 3, 4, 5, 7, 9, 15, 19, 20]))
    )
    form = rng.randrange(11)
    sign = rng.choice(["", "", "", "-", "+"])
    if form < 3:
        return sign + digits
    if form == 3:
        return sign + digits + rng.choice(".,") + rng.choice(["0", "00", "5", "50", "125", "000", "1234"])
    if form in (4, 5):
        mark = rng.choice(",.,., '\u202f")
        groups = [rng.choice(["1", "12", "123", "0", "01", "1234"])]
        groups += [
            rng.choice(["000", "234", "567", "12", "1234"])
            if chance(rng, 0.1)
            else rng.choice(["000", "125", "990"])
            for _ in range(rng.randint(1, 3))
        ]
        tail = rng.choice(["", "", ".5", ",50", ".00", ",00"])
        return sign + mark.join(groups) + tail
    if form == 6:
        return f"{sign}{digits[:3]}{rng.choice(['', '.5', '.'])}{rng.choice('eE')}{rng.choice(['', '-', '+'])}{rng.randint(0, 25)}"
    if form == 7:
        return rng.choice(
            [
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775808",
                "-9223372036854775809",
                "1e308",
                "1e400",
                "0.1e1",
                "1.0e2",
                ".5",
                "5.",
                "-0",
                "0x10",
                "1_000",
                "Infinity",
                "-inf",
            ]
        )
    if form == 8:
        return rng.choice(["$", "€", "(", ""]) + digits[:4] + rng.choice(["%", ")", " USD", "-", ""])
    if form == 9:
        return "0" * rng.randint(1, 4) + digits[:5]
    return rng.choice(
        ["0,125", "00,123", "-0,500", "1.000", "1,000", "48,137", "19,99", "1.234,50", "1,234.50"]
    )


def _boolean(rng: random.Random) -> str:
    return rng.choice(
        [
            "true",
            "false",
            "True",
            "FALSE",
            "1",
            "0",
            "yes",
            "no",
            "Y",
            "n",
            "t",
            "f",
            "on",
            "off",
            "2",
            "1.0",
            "01",
            "ja",
            "wahr",
            "-1",
        ]
    )


def _email(rng: random.Random) -> str:
    return rng.choice(
        [
            "ann@example.com",
            "Ann@Example.COM",
            "a.b+c@x-y.example.org",
            "ann@example",
            "ann",
            "ann@@example.com",
            "a b@example.com",
            "a@b@c.com",
            "Ann <ann@example.com>",
        ]
    )


def _phone(rng: random.Random) -> str:
    return rng.choice(
        [
            "(212) 555-0123",
            "+1 212 555 0123",
            "2125550123",
            "+49 30 901820",
            "555",
            "call me",
            "212-555-0123 ext 5",
            "+",
            "0",
        ]
    )


def _url(rng: random.Random) -> str:
    return rng.choice(
        [
            "https://example.com",
            "example.com",
            "HTTP://EXAMPLE.com/a b",
            "no address",
            "//x.y",
            "www.example.com?a=1",
        ]
    )
