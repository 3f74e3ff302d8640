"""Cases of paged lists: every page style, sizes around the ends, honest servers and lying ones."""

from __future__ import annotations

import random
from typing import Any

from tests.fuzz.cases import Case, chance
from tests.fuzz.kit import Done, Wire, configure, is_rejected, judge_status, open_rest, read_all
from tests.fuzz.list_server import LIES, ListServer
from tests.oracle.compare import Left, judge_end
from tests.oracle.ends import read_list
from tests.oracle.table import expect

_SILENT = {
    "next_lost",
    "total_too_small",
    "empty_in_the_middle",
    "shrinks",
    "overlap",
    "repeat_page",
    "short_in_the_middle",
}
"""Lies by which a list is over by the YAML's words although the server has more."""


def generate(rng: random.Random) -> Case:
    """Make a server and the words that its list is read by."""
    style = rng.choice(["cursor", "link", "offset", "offset", "keyset"])
    size = rng.choice([1, 2, 3, 5, 10, 50])
    records = rng.choice([0, 1, size - 1, size, size + 1, 2 * size, 2 * size + 1, 3 * size - 1, 5 * size])
    words: dict[str, Any] = {"style": style, "limit_param": "limit"}
    if style in ("cursor", "link"):
        words["next_path"] = "next"
        if style == "cursor":
            words["param"] = "after"
        elif chance(rng, 0.5):
            words["more_path"] = "more"
    elif style == "keyset":
        words |= {
            "param": "after_id",
            "ids": rng.choice(["text", "number"]),
            "end": rng.choice(["short", "empty"]),
        }
    else:
        words |= {"param": "at", "counts": rng.choice(["records", "pages"]), "first": rng.choice([0, 1])}
        if words["counts"] == "records":
            words["first"] = 0
        for name, value in (("more_path", "more"), ("total_path", "total"), ("total_pages_path", "pages")):
            if chance(rng, 0.35):
                words[name] = value
        if end := rng.choice(["short", "empty", ""]):
            words["end"] = end
    lies = rng.sample(LIES, rng.choice([0, 1, 1, 1, 2]))
    return {
        "style": style,
        "size": size,
        "asked": rng.choice([size, size, size * 2]) if "capped" in lies else size,
        "records": max(0, records),
        "lies": lies,
        "words": words,
    }


def run(case: Case) -> tuple[Done, Wire, ListServer, Any]:
    """Read the list once."""
    entity_words = {
        "read": {
            "strategy": "rest_list",
            "paging": case["words"],
            "passes": [{"name": "all", "path": "/x", "records_path": "items"}],
        },
        "primary_key": ["id"],
        "fields": {"id": {"type": "object_id", "required": True}, "name": {}},
        "page_size": case["asked"],
        "max_page_size": max(case["asked"], case["size"]),
    }
    source, config, entity = configure("rest", entity_words)
    server = ListServer(case)
    wire = Wire(server.respond)
    return read_all(open_rest(source, config, wire), config, page_size=case["asked"]), wire, server, entity


def check(case: Case) -> list[str]:
    """Compare what was read with the answers, and with what the server has."""
    done, wire, server, entity = run(case)
    expected = expect(read_list(wire.exchanges, entity), entity)
    left = Left(status=judge_status(done), message=done.reason or str(done.error or "a record is rejected"))
    if done.error is not None:
        left.explained = type(done.error).__module__.startswith("crm_sync.")
        if not left.explained:
            return [f"raises {type(done.error).__name__}: {str(done.error)[:200]}"]
        honest = not case["lies"] or set(case["lies"]) <= {"bom", "charset", "next_empty"}
        return [f"{case['style']}: an honest list fails: {left.message[:200]}"] if honest else []
    found = [f"{case['style']}: {one}" for one in judge_end(expected, left)]
    got = {row["id"] for row, rules in zip(done.rows, done.rules, strict=True) if not is_rejected(rules)}
    wanted = {key[0] for key in expected.rows}
    if missing := sorted(wanted - got):
        found.append(f"{case['style']}: {len(missing)} records of the answers did not arrive")
    if got - wanted:
        found.append(f"{case['style']}: records arrive that no answer had")
    has = {str(one["id"]) for one in server.records if one in server.first}
    if left.status == "success" and has - got and not _SILENT & set(case["lies"]) and not expected.may:
        found.append(f"{case['style']}: success with {len(got)} records of {len(has)}")
    moves = {"grows", "shrinks"} & set(case["lies"])
    if (
        left.status == "success"
        and has - got
        and expected.may
        and not moves
        and not _SILENT & set(case["lies"])
    ):
        found.append(
            f"{case['style']}: success with {len(got)} records of {len(has)}, where {expected.may[0]}"
        )
    if left.status == "partial" and not case["lies"]:
        found.append(f"{case['style']}: an honest list is partial: {left.message[:150]}")
    return found
