"""Cases of tabs of spreadsheets that are read by ranges, while rows come, go and change."""

from __future__ import annotations

import json
import random
import re
from typing import Any
from urllib.parse import unquote

from tests.fuzz.cases import Case, chance
from tests.fuzz.kit import Wire, configure, open_rest, read_all

_TITLES = {"id": "Id", "name": "Full Name", "amount": "Amount"}
_RANGE = re.compile(r"!(?:A)?(\d+):(?:[A-Z]+)?(\d+)$")
_CALL = {"path": "/values/{range}", "rows_path": "values"}


def generate(rng: random.Random) -> Case:
    """Make a tab and its history: what happens right before which request for rows."""
    titles = [*_TITLES.values(), *rng.sample(["Notes", "", "Other"], rng.choice([0, 1, 2]))]
    rng.shuffle(titles)
    size, rows = rng.choice([1, 2, 3, 5]), rng.choice([0, 1, 4, 6, 11])
    history = [
        [rng.randrange(1, 5), rng.choice(["insert", "insert", "delete", "edit"]), rng.random()]
        for _ in range(rng.choice([0, 0, 1, 2]))
    ]
    return {
        "titles": [f" {one} " if chance(rng, 0.2) else one for one in titles],
        "above": rng.choice([0, 0, 2]),
        "rows": [None if chance(rng, 0.2) else _make_row(rng, number) for number in range(rows)],
        "blank": rng.choice([0, 0, 1, 7]),
        "size": size,
        "history": history,
    }


def _make_row(rng: random.Random, number: int) -> list[Any]:
    amount = rng.choice([None, "", number, number + 0.5, -1, f"{number}.25"])
    return [rng.choice([number, f"k{number}", f" k{number} "]), rng.choice(["x", "", None, " y "]), amount]


class TabServer:
    """Answers requests for the tabs of a file and for ranges of one, and lives through a history."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.rows: list[list[Any] | None] = [*case["rows"], *[None] * case["blank"]]
        self.changed: list[list[Any]] = []
        """Rows that were made or edited meanwhile: either version may have come."""
        self.calls = 0

    @property
    def head(self) -> int:
        """Rows down to that of the titles."""
        return int(self.case["above"]) + 1

    def respond(self, path: str, _query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Answer one request."""
        found = _RANGE.search(unquote(path))
        if found is None:
            tab = {"title": "Data", "id": 0, "rows": self.head + len(self.rows)}
            return 200, {}, json.dumps({"tabs": [tab]}).encode()
        first, last = int(found[1]), int(found[2])
        if first > self.head:
            self._live()
        grid = (
            [["above"]] * self.case["above"] + [self.case["titles"]] + [self._write(one) for one in self.rows]
        )
        shown = grid[first - 1 : last]
        while shown and not shown[-1]:
            shown.pop()
        return 200, {}, json.dumps({"values": shown}).encode()

    def _live(self) -> None:
        self.calls += 1
        for at, what, where in self.case["history"]:
            if at != self.calls or (what != "insert" and not self.rows):
                continue
            place, row = int(where * len(self.rows)), [f"new{self.calls}{where:.3}", "n", 1]
            if what == "insert":
                self.rows.insert(place, row)
            elif what == "delete":
                del self.rows[place]
            else:
                self.rows[place] = row
            self.changed.append(row)

    def _write(self, row: list[Any] | None) -> list[Any]:
        cells = dict(zip(_TITLES.values(), row or [], strict=False))
        written = [cells.get(title.strip()) for title in self.case["titles"]] if row else []
        while written and written[-1] in (None, ""):
            written.pop()
        return ["" if cell is None else cell for cell in written]


def check(case: Case) -> list[str]:
    """Read the tab once: what was there all the time has come as it was, or the read has a doubt."""
    layout = {
        "path": "/tabs",
        "tabs_path": "tabs",
        "title_path": "title",
        "id_path": "id",
        "rows_path": "rows",
    }
    read = {"strategy": "rest_grid", "file": "f", "tab": "Data", "header_row": case["above"] + 1}
    words = {
        "read": {**read, "layout": layout, "header": _CALL, "rows": _CALL},
        "primary_key": ["id"],
        "fields": {
            "id": {"source": "Id", "required": True},
            "name": {"source": "Full Name"},
            "amount": {"source": "Amount", "type": "decimal", "decimal_mark": "."},
        },
        "page_size": case["size"],
    }
    source, config, _ = configure("rest", words)
    server = TabServer(case)
    done = read_all(open_rest(source, config, Wire(server.respond)), config, page_size=case["size"])
    if done.error is not None:
        return [f"grids: {type(done.error).__name__}: {str(done.error)[:200]}"]
    if done.reason:
        return [] if case["history"] else [f"grids: a quiet tab is partial: {done.reason[:200]}"]
    got = {row["id"]: (row["name"], row["amount"]) for row in done.rows}
    stayed = [row for row in case["rows"] if row is not None and any(row is one for one in server.rows)]
    wanted = {str(row[0]).strip(): (_text(row[1]), _number(row[2])) for row in stayed}
    wrong = [key for key in wanted if got.get(key) != wanted[key]]
    more = (
        got.keys() - {str(row[0]).strip() for row in case["rows"] if row} - {row[0] for row in server.changed}
    )
    return (
        [f"grids: {len(wrong)} rows of {len(wanted)} are not as they were, {len(more)} are made up"]
        if wrong or more
        else []
    )


def _text(cell: Any) -> str | None:
    return (cell or "").strip() or None


def _number(cell: Any) -> float | None:
    return None if cell in (None, "") else float(cell)
