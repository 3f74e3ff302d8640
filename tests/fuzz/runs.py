"""Cases of whole runs into a real warehouse: keys that come twice, older and newer, what leaves."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.registry import create_source
from tests.conformance.driver import Pipeline
from tests.fuzz.cases import Case, chance
from tests.fuzz.kit import Wire, configure, open_rest, put_files, scratch
from tests.fuzz.values import _UNPAGED
from tests.oracle.compare import list_differences, look_at
from tests.oracle.ends import read_list
from tests.oracle.files import read_file
from tests.oracle.table import Expected, expect

_KEYS: dict[str, list[str]] = {
    "object_id": [
        "a",
        "A",
        " a",
        "a ",
        "b",
        "0",
        "00",
        "a\x00",
        "é",
        "é",
        "\t",
        "\xa0a",
        "ß",
        "ss",
        "a|b",
        "|",
        "\ufffd",
        "",
        "a\ufffd",
    ],
    "string": ["a", "A", " a", "b", "1", "01", "x\x00", "\u3000"],
    "integer": ["1", "2", "01", "1.0", "+1", "x", "-1", "1e0", "", "3"],
    "email": ["ann@example.com", "Ann@Example.com", " ann@example.com", "bob@example.com", "x"],
    "decimal": ["1", "1.0", "1.00", "2", "0.1", "-0", "0"],
    "datetime": [
        "2025-01-05",
        "2025-01-05T00:00:00Z",
        "2025-01-05 00:00:00",
        "2025-01-05T01:00:00+01:00",
        "2025-02-05",
    ],
    "boolean": ["true", "1", "0", "no"],
}
_TIMES = ["2025-01-05T10:00:00Z", "2025-01-06T10:00:00Z", "2025-01-04T10:00:00Z", None]


def generate(rng: random.Random) -> Case:
    """Make an entity and what its source holds at each of up to four runs."""
    key_type = rng.choice(list(_KEYS))
    route = rng.choice(["rest", "csv", "csv", "jsonl"])
    fields: dict[str, Any] = {"id": {"type": key_type, "required": True}, "name": {}, "city": {}}
    words: dict[str, Any] = {
        "primary_key": ["id"],
        "fields": fields,
        "extra": chance(rng, 0.5),
        "chunk_records": rng.choice([2, 3, 50_000]),
    }
    if chance(rng, 0.3):
        fields["part"] = {"type": "object_id", "required": True}
        words["primary_key"] = ["id", "part"]
    if chance(rng, 0.5):
        fields["changed_at"] = {"type": "datetime"}
        words["modified_column"] = "changed_at"
    if chance(rng, 0.15):
        fields["city"]["keep_when_missing"] = True
    steps, held = [], _records(rng, key_type, fields)
    for _ in range(rng.randint(1, 3)):
        gone = ["city"] if route == "csv" and chance(rng, 0.2) else []
        steps.append({"records": held, "gone": gone, "flags": {"full": True} if chance(rng, 0.5) else {}})
        held = _change(rng, held, key_type, fields)
    return {"route": route, "words": words, "steps": steps}


def _records(rng: random.Random, key_type: str, fields: dict[str, Any]) -> list[dict[str, Any]]:
    return _date([_record(rng, key_type, fields) for _ in range(rng.choice([0, 1, 2, 4, 7]))])


def _date(held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Date all records or none: a dated and an undated one of one key may be versions or no versions."""
    if any(one.get("changed_at") for one in held):
        return [{**one, "changed_at": one["changed_at"] or _TIMES[0]} for one in held]
    return held


def _record(rng: random.Random, key_type: str, fields: dict[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": rng.choice(_KEYS[key_type]),
        "name": rng.choice(["x", "y"]),
        "city": rng.choice(["p", None]),
    }
    if "part" in fields:
        record["part"] = rng.choice(["1", "2", "b|1"])
    if "changed_at" in fields:
        record["changed_at"] = rng.choice(_TIMES)
    if chance(rng, 0.2):
        record["left"] = "z"
    return record


def _change(
    rng: random.Random, held: list[dict[str, Any]], key_type: str, fields: dict[str, Any]
) -> list[dict[str, Any]]:
    changed = [dict(one) for one in held if chance(rng, 0.85)]
    for one in changed:
        if chance(rng, 0.4):
            one["name"] = rng.choice(["x", "y", "w"])
        if "changed_at" in fields and chance(rng, 0.4):
            one["changed_at"] = rng.choice(_TIMES)
    return _date(changed + ([_record(rng, key_type, fields)] if chance(rng, 0.4) else []))


def count(case: Case) -> int:
    """Count the records that a case syncs."""
    return max(1, sum(len(step["records"]) for step in case["steps"]))


class _Account:
    """One source whose content a case changes between runs."""

    def __init__(self, case: Case) -> None:
        self.route = case["route"]
        files = {"strategy": "files", "path": "data", "format": self.route}
        words = {"read": _UNPAGED if self.route == "rest" else files, **case["words"]}
        kind = "rest" if self.route == "rest" else "files"
        self.source, self.config, self.entity = configure(kind, words)
        self.content = b""
        self.folder = put_files({})
        self.wire = Wire(lambda _path, _query: (200, {}, self.content))

    def hold(self, step: dict[str, Any], fields: dict[str, Any]) -> None:
        """Let the source hold a step's records."""
        records = step["records"]
        if self.route == "rest":
            self.content = json.dumps({"results": records}).encode()
        elif self.route == "jsonl":
            self.content = "".join(json.dumps(one) + "\n" for one in records).encode()
        else:
            names = [one for one in (*fields, "left") if one not in step["gone"]]
            lines = [names, *([one.get(name) or "" for name in names] for one in records)]
            text = "".join(
                ",".join('"' + cell.replace('"', '""') + '"' for cell in line) + "\n" for line in lines
            )
            self.content = text.encode()
        (self.folder / "data").write_bytes(self.content)

    def open_source(self, entity: Any, _connect: Any, *, stop: Any = None) -> Any:
        if self.route == "rest":
            self.wire.exchanges.clear()
            return open_rest(self.source, entity, self.wire)
        return create_source(self.source, entity, store=PathStore(self.folder))

    def read(self) -> Any:
        """Give what the oracle makes of the content."""
        if self.route == "rest":
            return read_list(self.wire.exchanges[-1:], self.entity)
        return read_file(self.content, self.entity, "data")


def check(case: Case, warehouse: Any) -> list[str]:
    """Run each step and compare the table, the rejects and the end."""
    warehouse.empty()
    account = _Account(case)
    staging = Path(tempfile.mkdtemp(dir=scratch()))
    pipeline = Pipeline(account, warehouse, staging)
    before: Expected | None = None
    try:
        for number, step in enumerate(case["steps"], start=1):
            held = account.content
            account.hold(step, case["words"]["fields"])
            is_known = account.route != "rest" and account.content == held and "full" not in step["flags"]
            try:
                done: Any = pipeline.run("things", **step["flags"])
            except Exception as error:  # noqa: BLE001 - each error is a result here
                done = error
            expected = expect(account.read(), account.entity, before)
            if is_known:
                # a file that has not changed is not read again; what it had rejected stays where it is
                expected.may, expected.reasons = [*expected.may, *expected.reasons], []
            found = list_differences(expected, look_at(warehouse, account.entity, done), account.entity)
            if found:
                return [f"{one} <- run {number}" for one in found]
            if isinstance(done, Exception):
                break
            before = expected
    finally:
        warehouse.close()
        shutil.rmtree(staging, ignore_errors=True)
    return []
