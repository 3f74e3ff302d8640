"""Cases of whole JSON records: nested paths, several sources, wrong shapes, left-over keys, defaults."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.fuzz.cases import Case, chance
from tests.fuzz.kit import Wire, configure, open_rest, read_all
from tests.fuzz.values import _UNPAGED, compare, read_one_file
from tests.oracle.ends import read_list

_FIELDS: dict[str, dict[str, Any]] = {
    "id": {"type": "object_id", "required": True},
    "name": {"type": "string"},
    "city": {"source": "address.city", "type": "string"},
    "zip": {"source": ["zip", "address.zip", "address.geo.zip"], "type": "string"},
    "amount": {"source": "properties.amount", "type": "decimal"},
    "count": {"type": "integer", "default": "0"},
    "tags": {"type": "json"},
    "seen_at": {"source": "seen.at", "type": "datetime"},
    "kind": {"type": "string", "required": True, "default": "plain"},
}
_SCALARS = [
    "null",
    '"x"',
    '""',
    '" "',
    "0",
    "1.5",
    "true",
    "[]",
    "{}",
    '"a\\u0000b"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    "1e2",
    "12345678901234567890.5",
    '"2025-01-05"',
    '{"city": "y"}',
    "[1, {}]",
    '{"a": null}',
    '"NULL"',
]
_KEYS = [
    "id",
    "name",
    "zip",
    "count",
    "tags",
    "kind",
    "other",
    "a.b",
    "",
    " id",
    "ID",
    "extra",
    "_x",
    "naïve",
    'q\\"t',
    "address.city",
    "seen",
]


def generate(rng: random.Random) -> Case:
    """Make 12 records, as JSON texts, and the columns that are mapped."""
    names = ["id", *(name for name in _FIELDS if name != "id" and chance(rng, 0.6))]
    records = [_record(rng, number) for number in range(12)]
    return {
        "names": names,
        "extra": chance(rng, 0.8),
        "records": records,
        "route": rng.choice(["rest", "jsonl"]),
    }


def _record(rng: random.Random, number: int) -> str:
    if chance(rng, 0.05):
        return rng.choice(["null", "1", '"x"', "[]", "[{}]", "true", "{}"])
    parts = [
        f'"id": {rng.choice([json.dumps(f"r{number}"), str(number), json.dumps(f" r{number}"), "null", json.dumps("")]) if chance(rng, 0.2) else json.dumps(f"r{number}")}'
    ]
    for _ in range(rng.randint(0, 7)):
        parts.append(f'"{rng.choice(_KEYS[1:] if chance(rng, 0.95) else _KEYS)}": {rng.choice(_SCALARS)}')
    for holder, inner in (
        ("address", ["city", "zip", "geo", "x"]),
        ("properties", ["amount", "b"]),
        ("seen", ["at", "by"]),
    ):
        if chance(rng, 0.5):
            parts.append(f'"{holder}": {_holder(rng, inner)}')
    rng.shuffle(parts)
    return "{" + ", ".join(parts) + "}"


def _holder(rng: random.Random, names: list[str]) -> str:
    if chance(rng, 0.12):
        return rng.choice(_SCALARS)
    inner = ", ".join(f'"{name}": {rng.choice(_SCALARS)}' for name in names if chance(rng, 0.6))
    return "{" + inner + "}"


def check(case: Case) -> list[str]:
    """Compare each record."""
    fields = {name: _FIELDS[name] for name in case["names"]}
    words = {"primary_key": ["id"], "fields": fields, "extra": case["extra"]}
    if case["route"] == "jsonl":
        content = "".join(f"{one}\n" for one in case["records"]).encode()
        read = {"strategy": "files", "path": "a.jsonl", "format": "jsonl"}
        done, reading, entity = read_one_file({"read": read, **words}, "a.jsonl", content)
        return compare(done, reading, entity, case["records"])
    source, config, entity = configure("rest", {"read": _UNPAGED, **words})
    body = f'{{"results": [{", ".join(case["records"])}]}}'.encode()
    wire = Wire(lambda _path, _query: (200, {}, body))
    done = read_all(open_rest(source, config, wire), config)
    return compare(done, read_list(wire.exchanges, entity), entity, case["records"])
