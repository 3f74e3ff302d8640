"""Cases of the bytes of JSON answers: charsets, marks, bytes that don't decode, cuts, odd envelopes."""

from __future__ import annotations

import random

from tests.fuzz.cases import Case, chance, pack, unpack
from tests.fuzz.kit import Wire, configure, open_rest, read_all
from tests.fuzz.values import _UNPAGED, compare
from tests.oracle.ends import read_list

_NAMES = [
    "Müller",
    "Łódź",
    "日本",
    "Ann",
    "\N{FIRE}",
    "a\\u0000b",
    "\\ud800",
    "\\ud83d\\ude00",
    "é\u0301",
    "\u2028",
    "\ufffd",
]
_CHARSETS = [
    None,
    None,
    "utf-8",
    "UTF-8",
    "ISO-8859-1",
    "windows-1252",
    "utf-16",
    "ascii",
    "no-such-charset",
    '"utf-8"',
]
_FIELDS = {
    "id": {"type": "object_id", "required": True},
    "name": {"type": "string"},
    "note": {"source": "deep.note", "type": "text"},
}


def generate(rng: random.Random) -> Case:
    """Make the bytes of one answer and its content type."""
    records = [
        f'{{"id": "{_id(rng, n)}", "name": "{rng.choice(_NAMES)}", "deep": {{"note": "{rng.choice(_NAMES)}"}}, "left": "{rng.choice(_NAMES)}"}}'
        for n in range(rng.randint(0, 4))
    ]
    text = '{"results": [' + ", ".join(records) + "]}"
    if chance(rng, 0.12):
        text = rng.choice(
            [
                text[: len(text) // 2],
                text + text,
                f"[{text}]",
                '{"results": null}',
                '{"data": []}',
                "",
                " ",
                "null",
                '{"results": {}}',
                text.replace("results", "Results"),
                text[:-1] + ', "errors": ["x"]}',
                text[:-1] + ', "results": []}',
                "<html></html>",
            ]
        )
    charset = rng.choice(_CHARSETS)
    usual = (charset or "utf-8").strip('"')
    encoding = (
        usual
        if chance(rng, 0.8) and usual != "no-such-charset"
        else rng.choice(["utf-8", "latin-1", "utf-16", "cp1252"])
    )
    body = text.encode(encoding, "replace")
    if chance(rng, 0.15):
        body = b"\xef\xbb\xbf" + body
    if chance(rng, 0.25) and body:
        at = rng.randrange(len(body))
        body = (
            body[:at] + rng.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f", b"\xc0\x80"]) + body[at:]
        )
    kind = rng.choice(["application/json", "application/json", "text/plain", "application/vnd.api+json"])
    return {
        "body": pack(body),
        "type": kind if charset is None else f"{kind}; charset={charset}",
        "extra": chance(rng, 0.6),
    }


def _id(rng: random.Random, number: int) -> str:
    return rng.choice([f"é{number}", f"r{number}", f"\\ud800{number}"]) if chance(rng, 0.1) else f"r{number}"


def check(case: Case) -> list[str]:
    """Compare each record."""
    words = {"read": _UNPAGED, "primary_key": ["id"], "fields": _FIELDS, "extra": case["extra"]}
    source, config, entity = configure("rest", words)
    body = unpack(case["body"])
    wire = Wire(lambda _path, _query: (200, {"Content-Type": case["type"]}, body))
    done = read_all(open_rest(source, config, wire), config)
    reading = read_list(wire.exchanges[-1:], entity)
    return compare(done, reading, entity, [one.place for one in reading.records])
