"""A server of one list with every page style, and the lies that real ones tell."""

from __future__ import annotations

import json
from typing import Any

from tests.fuzz.cases import Case

LIES = (
    "total_as_text",
    "total_too_small",
    "total_missing",
    "total_odd",
    "flag_as_text",
    "flag_as_number",
    "flag_missing",
    "flag_odd",
    "next_as_number",
    "next_as_object",
    "next_false",
    "next_empty",
    "next_lost",
    "capped",
    "overlap",
    "repeat_page",
    "repeat_for_ever",
    "link_with_path",
    "link_elsewhere",
    "short_in_the_middle",
    "empty_in_the_middle",
    "shrinks",
    "grows",
    "pages_as_text",
    "bom",
    "charset",
    "total_none",
)
"""One or two of these a case; without one the server is honest."""


class ListServer:
    """Answers requests for one list.

    Args:
        case: `style`, `records` (how many), `size` (most of a page), `lies`, `words` (of the paging).
    """

    def __init__(self, case: Case) -> None:
        self.style, self.size = case["style"], case["size"]
        self.lies, self.words = set(case["lies"]), case["words"]
        self.records = [{"id": self._id(n), "name": f"n{n}"} for n in range(case["records"])]
        self.first = list(self.records)
        """What it had before the first request: nobody has to bring what comes while a list is read."""
        self.calls = 0

    def _id(self, number: int) -> Any:
        return number + 1 if self.words.get("ids") == "number" else f"r{number:05d}"

    def respond(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Answer one request."""
        self.calls += 1
        if self.calls == 3 and "shrinks" in self.lies:
            del self.records[:2]
        if self.calls == 3 and "grows" in self.lies:
            self.records.append({"id": self._id(len(self.records)), "name": "new"})
        asked = int(query.get("limit", self.size) or self.size)
        size = min(asked, self.size) if "capped" in self.lies else asked
        start = self._start(path, query, size)
        stop = start + size
        if "short_in_the_middle" in self.lies and start == size:
            stop -= 1
        shown = self.records[max(0, start - 1) : stop] if "overlap" in self.lies else self.records[start:stop]
        if "repeat_page" in self.lies and self.calls == 3:
            shown = self.records[max(0, start - size) : start] or shown
        if "repeat_for_ever" in self.lies and start >= len(self.records):
            shown = self.records[-size:]
        if "empty_in_the_middle" in self.lies and self.calls == 2:
            shown, stop = [], start
        body = {"items": shown, **self._around(start, stop, size)}
        text = json.dumps(body, ensure_ascii=False)
        kind = "application/json"
        if "bom" in self.lies:
            return 200, {"Content-Type": kind}, text.encode("utf-8-sig")
        if "charset" in self.lies:
            return 200, {"Content-Type": f"{kind}; charset=ISO-8859-1"}, text.encode("latin-1")
        return 200, {"Content-Type": kind}, text.encode()

    def _start(self, path: str, query: dict[str, str], size: int) -> int:
        if self.style == "keyset":
            last = query.get("after_id")
            if last is None:
                return 0
            ids = [str(one["id"]) for one in self.records]
            return ids.index(last) + 1 if last in ids else sum(one < last for one in ids)
        if self.style == "offset":
            at = int(query.get("at", self.words.get("first", 0)))
            if self.words.get("counts") == "pages":
                return (at - int(self.words.get("first", 0))) * size
            return at - int(self.words.get("first", 0))
        if self.style == "link" and path.startswith("/x/"):
            return int(path.rsplit("/", 1)[1])
        return int(query.get("after", 0) or 0)

    def _around(self, start: int, stop: int, size: int) -> dict[str, Any]:
        more, count = stop < len(self.records), len(self.records)
        around: dict[str, Any] = {}
        if "more_path" in self.words:
            around["more"] = self._flag(more)
        if "total_path" in self.words:
            around["total"] = self._total(count)
        if "total_pages_path" in self.words:
            pages = -(-count // size)
            around["pages"] = str(pages) if "pages_as_text" in self.lies else pages
        if self.style in ("cursor", "link"):
            around["next"] = self._next(stop, more=more)
        lost = {"flag_missing": "more", "total_missing": "total", "next_lost": "next"}
        return {
            key: value
            for key, value in around.items()
            if not any(lie in self.lies and name == key for lie, name in lost.items())
        }

    def _flag(self, more: bool) -> Any:
        if "flag_as_text" in self.lies:
            return "true" if more else "false"
        if "flag_as_number" in self.lies:
            return int(more)
        return {"value": more} if "flag_odd" in self.lies else more

    def _total(self, count: int) -> Any:
        if "total_as_text" in self.lies:
            return str(count)
        if "total_too_small" in self.lies:
            return max(0, count - 3)
        if "total_odd" in self.lies:
            return {"value": count}
        return None if "total_none" in self.lies else count

    def _next(self, stop: int, *, more: bool) -> Any:
        if not more:
            if "next_false" in self.lies:
                return False
            return "" if "next_empty" in self.lies else None
        if "next_as_number" in self.lies:
            return stop
        if "next_as_object" in self.lies:
            return {"href": f"/x?after={stop}"}
        if self.style == "cursor":
            return str(stop)
        if "link_with_path" in self.lies:
            return f"/x/{stop}"
        host = "http://elsewhere.invalid" if "link_elsewhere" in self.lies else "http://fuzz.invalid"
        return f"{host}/x?after={stop}"
