"""Cases of single values: each type in many notations, through JSON over REST, JSON lines and CSV."""

from __future__ import annotations

import json
import random
from typing import Any

from crm_sync.config.field_config import FieldConfig
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.registry import create_source
from tests.fuzz.cases import Case, chance
from tests.fuzz.kit import Done, Wire, configure, open_rest, put_files, read_all
from tests.fuzz.notations import FORMATS, ZONES, write
from tests.oracle.compare import compare_record
from tests.oracle.ends import read_list
from tests.oracle.files import read_file
from tests.oracle.settings import Entity
from tests.oracle.told import Reading

TYPES = (
    "string",
    "text",
    "object_id",
    "integer",
    "integer",
    "number",
    "decimal",
    "decimal",
    "boolean",
    "date",
    "date",
    "datetime",
    "datetime",
    "datetime",
    "email",
    "phone",
    "url",
    "json",
)
_UNPAGED = {
    "strategy": "rest_list",
    "passes": [{"name": "all", "path": "/x", "records_path": "results", "paged": False}],
    "paging": {"style": "cursor", "next_path": "next", "param": "after"},
}


def generate(rng: random.Random) -> Case:
    """Make a column and 40 values for it."""
    kind = rng.choice(TYPES)
    column: dict[str, Any] = {"type": kind}
    words: dict[str, Any] = {"source_time_zone": rng.choice(ZONES)}
    if kind in ("date", "datetime") and chance(rng, 0.45):
        column["format"] = rng.choice(FORMATS)
        if "%y" in column["format"] and chance(rng, 0.7):
            column["pivot_year"] = rng.choice([0, 30, 50, 69, 70, 99])
    if kind in ("integer", "number", "decimal") and chance(rng, 0.35):
        column["decimal_mark"] = rng.choice([",", "."])
    if kind == "json" and chance(rng, 0.4):
        column["format"] = "text"
    if chance(rng, 0.08):
        column["required"] = True
    if chance(rng, 0.08):
        column["on_error"] = "reject"
    column = {
        key: value for key, value in column.items() if key in FieldConfig.model_fields
    }  # until all have landed
    route = rng.choice(["rest", "jsonl", "csv"])
    values = [_literal(rng, kind, column.get("format"), route) for _ in range(40)]
    return {"column": column, "words": words, "route": route, "values": values}


def _literal(rng: random.Random, kind: str, form: str | None, route: str) -> str:
    """Give a JSON literal, or for CSV the cell's text as one."""
    if route == "csv":
        return json.dumps(_encodable(write(rng, kind, form)))
    what = rng.random()
    if what < 0.15:
        return rng.choice(
            [
                "null",
                "true",
                "false",
                "0",
                "1",
                "-1",
                "1.0",
                "1.50",
                "1e3",
                "12345678901234567890",
                "0.1",
                "1234567890123456789.12",
                "1e400",
                "1736035200",
                "1736035200000",
                "20250105",
            ]
        )
    if what < 0.2:
        return rng.choice(
            [
                "{}",
                "[]",
                '{"a": 1}',
                '["a", null]',
                "[1.50, 12345678901234567890]",
                '{"a": {"b": "\\u0000"}}',
                '["\\ud800"]',
            ]
        )
    if kind == "json" and what < 0.6:
        return json.dumps(
            rng.choice(
                [
                    '{"a": 1}',
                    "[1, 2",
                    '"x"',
                    "plain",
                    "1",
                    "true",
                    '{"a": NaN}',
                    "{'a': 1}",
                    ' {"a": [1.0]} ',
                ]
            )
        )
    return json.dumps(write(rng, kind, form))


def _encodable(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


def check(case: Case) -> list[str]:
    """Compare each record."""
    words = build_words(case)
    texts = case["values"]
    done, reading, entity = ROUTES[case["route"]](words, texts)
    return compare(done, reading, entity, texts)


def build_words(case: Case) -> dict[str, Any]:
    """Make the entity's YAML."""
    fields = {"id": {"type": "object_id", "required": True}, "v": case["column"]}
    return {"primary_key": ["id"], "fields": fields, "extra": False, **case["words"]}


def compare(done: Done, reading: Reading, entity: Entity, texts: list[str]) -> list[str]:
    """Compare a read whose records come in the order of the source."""
    if done.error is not None:
        told = reading.failure or (type(done.error).__module__.startswith("crm_sync.") and reading.doubt)
        return (
            []
            if told and type(done.error).__module__.startswith("crm_sync.")
            else [f"raises {type(done.error).__name__}: {str(done.error)[:200]}"]
        )
    if reading.failure:
        return [f"is read, though {reading.failure}"]
    if len(done.rows) != len(reading.records):
        return [f"gives {len(done.rows)} records, should be {len(reading.records)}"]
    found = []
    for told, row, rules, text in zip(reading.records, done.rows, done.rules, texts, strict=False):
        found += [f"{one} <- {text}" for one in compare_record(told, row, rules, entity)]
    return found


def _by_rest(words: dict[str, Any], texts: list[str]) -> tuple[Done, Reading, Entity]:
    source, config, entity = configure("rest", {"read": _UNPAGED, **words})
    records = ", ".join(f'{{"id": "{number}", "v": {text}}}' for number, text in enumerate(texts))
    body = f'{{"results": [{records}]}}'.encode()
    wire = Wire(lambda _path, _query: (200, {}, body))
    done = read_all(open_rest(source, config, wire), config)
    return done, read_list(wire.exchanges, entity), entity


def _by_json_lines(words: dict[str, Any], texts: list[str]) -> tuple[Done, Reading, Entity]:
    read = {"strategy": "files", "path": "a.jsonl", "format": "jsonl"}
    content = "".join(f'{{"id": "{number}", "v": {text}}}\n' for number, text in enumerate(texts)).encode()
    return read_one_file({"read": read, **words}, "a.jsonl", content)


def _by_csv(words: dict[str, Any], texts: list[str]) -> tuple[Done, Reading, Entity]:
    cells = [json.loads(text).replace('"', '""') for text in texts]
    content = "id,v\n" + "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells))
    return read_one_file({"read": {"strategy": "files", "path": "a.csv"}, **words}, "a.csv", content.encode())


def read_one_file(words: dict[str, Any], name: str, content: bytes) -> tuple[Done, Reading, Entity]:
    """Read a file by both."""
    source, config, entity = configure("files", words)
    store = PathStore(put_files({name: content}))
    done = read_all(create_source(source, config, store=store), config)
    return done, read_file(content, entity, name), entity


ROUTES = {"rest": _by_rest, "jsonl": _by_json_lines, "csv": _by_csv}
