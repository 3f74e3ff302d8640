"""Cases of lists that are read by a time and then an id, while records are edited, made and deleted."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.fuzz.cases import Case, chance
from tests.fuzz.kit import Wire, configure, open_rest, read_all

_ALPHABET = "abAB12"


def generate(rng: random.Random) -> Case:
    """Make a list and its history: what happens right before which answer."""
    size = rng.choice([1, 2, 3, 5, 10])
    count = rng.choice([0, 1, size - 1, size, size + 1, 3 * size, 4 * size + 1])
    moments = rng.choice([1, 2, 5, 50])
    ids: dict[str, str] = {}
    for number in range(count):
        one = "".join(rng.choices(_ALPHABET, k=3)) + str(number % 7)
        ids.setdefault(one.casefold(), one)
    # a database puts nothing in front of everything, and no comparison finds it
    null = rng.choice([0.0, 0.0, 0.2, 0.9])
    records = [[one, None if chance(rng, null) else rng.randrange(moments)] for one in ids.values()]
    what = ["edit", "edit", "edit", "add", "delete"]
    history = [[rng.randrange(1, 9), rng.choice(what), rng.random()] for _ in range(rng.choice([0, 1, 3, 9]))]
    return {
        "size": size,
        "cap": rng.choice([size, size, max(1, size - 1)]),
        "records": records,
        "history": history,
        "ignores_case": chance(rng, 0.5),
        "end": rng.choice(["short", "empty"]),
    }


class PairServer:
    """Answers requests for what comes behind a time and an id, and lives through a history meanwhile."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.records = {one: {"id": one, "at": _write(at), "version": 0} for one, at in case["records"]}
        self.calls = 0
        self.clock = 1000

    def respond(self, _path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Answer one request."""
        self.calls += 1
        for at, what, where in self.case["history"]:
            if at == self.calls:
                self._happen(what, where)
        found = sorted(self.records.values(), key=self._place)
        if "at" in query:
            token = (query["at"], self._fold(query["after"]))
            found = [one for one in found if one["at"] is not None and self._place(one) > token]
        size = min(int(query["limit"]), self.case["cap"])
        return 200, {}, json.dumps({"items": found[:size]}).encode()

    def _happen(self, what: str, where: float) -> None:
        self.clock += 1
        if what == "add":
            one = f"new{self.clock}"
            self.records[one] = {"id": one, "at": _write(self.clock), "version": 0}
        elif self.records:
            one = list(self.records)[int(where * len(self.records))]
            record = self.records.pop(one)
            if what == "edit":
                at, version = _write(self.clock), record["version"] + 1
                self.records[one] = {**record, "at": at, "version": version}

    def _place(self, record: dict[str, Any]) -> tuple[str, str]:
        return record["at"] or "", self._fold(record["id"])

    def _fold(self, text: str) -> str:
        return text.casefold() if self.case["ignores_case"] else text


def _write(at: int | None) -> str | None:
    return None if at is None else f"T{at:05d}"


def check(case: Case) -> list[str]:
    """Read the list once; then the newest version of all that the server still has must have come."""
    paging = {
        "style": "keyset",
        "by_path": "at",
        "ids": "any" if case["ignores_case"] else "text",
        "end": case["end"],
    }
    one = {"name": "all", "path": "/x", "records_path": "items", "params": {"at": "{at}", "after": "{after}"}}
    words = {
        "read": {"strategy": "rest_list", "paging": paging, "passes": [one]},
        "primary_key": ["id"],
        "fields": {"id": {"required": True}, "at": {}, "version": {"type": "integer"}},
        "page_size": case["size"],
    }
    source, config, _ = configure("rest", words)
    server = PairServer(case)
    done = read_all(open_rest(source, config, Wire(server.respond)), config, page_size=case["size"])
    is_honest = all(at is not None for _, at in case["records"])
    if done.error is not None:
        is_own = type(done.error).__module__.startswith("crm_sync.")
        told = f"{type(done.error).__name__}: {str(done.error)[:200]}"
        return [] if is_own and not is_honest else [f"pairs: {told}"]
    if done.reason:
        return [f"pairs: an honest list is partial: {done.reason[:200]}"] if is_honest else []
    got = {row["id"]: row["version"] for row in done.rows}
    lost = [key for key, has in server.records.items() if got.get(key) != has["version"]]
    return (
        [f"pairs: success without the newest version of {len(lost)} of {len(server.records)}"] if lost else []
    )
