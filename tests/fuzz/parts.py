"""Cases of lists that are cut off without a word and read in parts by the beginnings of two fields."""

from __future__ import annotations

import json
import random
from collections import Counter

from tests.fuzz.cases import Case, chance
from tests.fuzz.kit import Wire, configure, open_rest, read_all

_DIGITS, _LETTERS = "0123456789", "abcABC "
_LONGEST = 4
_LIES = ("literal", "ignored", "any")
"""What a wildcard is (a character like others, or the end of all comparing), and what an empty value finds."""


def generate(rng: random.Random) -> Case:
    """Make contacts with a number and a name, many of them alike."""
    cap = rng.choice([3, 5, 8, 20, 60])
    digits, letters = (rng.sample(one, rng.choice([1, 2, 5])) for one in (_DIGITS, _LETTERS))
    odd = rng.choice(["", "", "", "%", "\u00e9", "+"])

    def write(signs: list[str], most: int) -> str:
        text = "".join(rng.choices(signs, k=rng.choice([0, most, most, rng.randrange(most + 1)])))
        return text + odd if odd and chance(rng, 0.1) else text

    count = rng.choice([0, 1, cap - 1, cap, cap + 1, 2 * cap, 6 * cap])
    lengths = rng.randrange(1, _LONGEST), rng.randrange(_LONGEST)
    return {
        "cap": cap,
        "records": [[write(digits, lengths[0]), write(letters, lengths[1])] for _ in range(count)],
        "ignores_case": chance(rng, 0.5),
        "lies": [one for one in rng.sample(_LIES, 1) if chance(rng, 0.2)],
    }


class PartServer:
    """Finds contacts whose fields are equal to a text, or begin with one."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.records = [
            {"id": str(at), "number": one, "name": two} for at, (one, two) in enumerate(case["records"])
        ]

    def respond(self, _path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Answer one request with no more than the cap."""
        asked = [(query[f"f{at}"], query[f"v{at}"]) for at in (1, 2) if f"f{at}" in query]
        found = [one for one in self.records if all(self._fits(one[name], text) for name, text in asked)]
        return 200, {}, json.dumps({"items": found[: self.case["cap"]]}).encode()

    def _fits(self, value: str, asked: str) -> bool:
        lies = self.case["lies"]
        if ("ignored" in lies and asked.endswith("%")) or ("any" in lies and not asked):
            return True
        if self.case["ignores_case"]:
            value, asked = value.casefold(), asked.casefold()
        if asked.endswith("%") and "literal" not in lies:
            return value.startswith(asked[:-1])
        return value == asked


def check(case: Case) -> list[str]:
    """Read the list once: everything came, or the read says that it did not."""
    one = {"name": "all", "path": "/x", "records_path": "items", "paged": False}
    one["params"] = {
        f"{letter}{at}": f"{{{name}_{at}}}"
        for letter, name in (("f", "field"), ("v", "value"))
        for at in (1, 2)
    }
    by = [
        {"name": "number", "characters": _DIGITS, "longest": _LONGEST + 1},
        {"name": "name", "characters": _LETTERS, "longest": _LONGEST + 1},
    ]
    words = {
        "read": {
            "strategy": "partitioned",
            "paging": {"style": "offset", "limit_param": ""},
            "passes": [one],
            "partition": {"cap": case["cap"], "by": by},
        },
        "primary_key": ["id"],
        "fields": {"id": {"required": True}, "number": {}, "name": {}},
    }
    source, config, _ = configure("rest", words)
    server = PartServer(case)
    done = read_all(open_rest(source, config, Wire(server.respond)), config)
    twins = Counter((number.strip(), name.strip().casefold()) for number, name in case["records"])
    odd = [one["id"] for one in server.records if set(one["number"] + one["name"]) - set(_DIGITS + _LETTERS)]
    is_honest = not case["lies"] and not odd and max(twins.values(), default=0) < case["cap"]
    if done.error is not None:
        is_own = type(done.error).__module__.startswith("crm_sync.")
        told = f"{type(done.error).__name__}: {str(done.error)[:200]}"
        return [] if is_own and not is_honest else [f"parts: {told}"]
    if done.reason:
        return [f"parts: an honest list is partial: {done.reason[:200]}"] if is_honest else []
    # what has a character that neither the YAML nor an answer at the cap shows can't be asked for
    lost = {one["id"] for one in server.records} - {row["id"] for row in done.rows} - set(odd)
    return [f"parts: success without {len(lost)} of {len(server.records)}"] if lost else []
