"""A list of numbers in capped pages of any style, and reads of it."""

from __future__ import annotations

import math
from urllib.parse import parse_qsl

from tests.unit.sources.rest_list_support import AnsweringClient, run

CAP = 10
"""Largest page of the sources here; the reads ask for twice as many."""
PASS = {"passes": [{"name": "all", "path": "/things", "records_path": "rows"}]}
PAGES = {"style": "offset", "counts": "pages", "param": "page", "first": 1}
RECORDS = {"style": "offset", "counts": "records", "param": "at"}
CURSOR = {"style": "cursor", "next_path": "next", "param": "after"}
LINK = {"style": "link", "next_path": "next"}
KEYSET = {"style": "keyset", "param": "behind", "ids": "number"}
STYLES = {"pages": PAGES, "records": RECORDS, "cursor": CURSOR, "link": LINK, "keyset": KEYSET}


class Capped:
    """A list of numbers in pages of CAP, in any page style; `words` are added to each answer."""

    def __init__(self, count=25, *, total=None, more=None, shown=None) -> None:
        self.rows = [{"id": number} for number in range(1, count + 1)]
        self.total, self.more, self.shown = total, more, count if shown is None else shown
        self.asked = []

    def __call__(self, request):
        params = {**request.params, **dict(parse_qsl(request.query))}
        at = int(params.get("at") or params.get("after") or params.get("behind") or 0)
        at = (int(params["page"]) - 1) * CAP if "page" in params else at
        self.asked.append(at)
        rows = self.rows[: self.shown][at : at + CAP]
        following = at + CAP if at + CAP < self.shown else None
        body = {"rows": rows}
        if following is not None:
            body["next"] = f"/things?after={following}" if self.links else following
        if self.total is not None:
            body["total"] = self.total(at) if callable(self.total) else self.total
            body["pages"] = math.ceil(len(self.rows) / CAP)
        if self.more is not None:
            body["more"] = self.more(following is not None) if callable(self.more) else self.more
        return body

    links = False


def read(answer, paging, **more):
    answer.links = paging["style"] == "link"
    client = AnsweringClient(answer)
    records, _, source = run(client, paging=paging, **{"request": {"page_size": 2 * CAP}, **PASS, **more})
    return [one["id"] for one in records], source
