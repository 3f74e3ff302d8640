"""A source without pages that stops at a number of records and finds them by criteria; reads of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_sync.exceptions import SourceError
from crm_sync.sources.partitions.source import PartitionSource
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity, make_request

DIGITS = "0123456789"
PARAMS = {"f1": "{field_1}", "v1": "{value_1}", "f2": "{field_2}", "v2": "{value_2}"}


@dataclass
class CappedList:
    """Answers requests as such a source does.

    Args:
        records: that it has.
        cap: most records in an answer.
        wildcards: what `%` at the end does: `works`, `literal` or `ignored`.
        empty_means: what an empty value finds: `empty` or `any`.
        case_blind: upper and lower case are the same to it.
    """

    records: list[dict[str, Any]]
    cap: int = 4
    wildcards: str = "works"
    empty_means: str = "empty"
    case_blind: bool = False
    before: Callable[[Mapping[str, str]], object] | None = None
    """Called with the parameters of each request before it is answered."""
    sizes: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: Any) -> Any:
        if request.path == "/groups":
            return {"groups": self.sizes}
        self.asked.append(dict(request.params))
        if self.before is not None:
            self.before(request.params)
        wanted = [
            (request.params[f"f{at}"], request.params[f"v{at}"])
            for at in (1, 2)
            if f"f{at}" in request.params
        ]
        found = [
            one for one in self.records if all(self._fits(one.get(name), value) for name, value in wanted)
        ]
        return [dict(one) for one in found[: self.cap]]

    def _fits(self, text: str | None, value: str) -> bool:
        text = text or ""
        if self.case_blind:
            text, value = text.lower(), value.lower()
        if not value:
            return not text or self.empty_means == "any"
        if not value.endswith("%") or self.wildcards == "literal":
            return text == value
        return self.wildcards == "ignored" or text.startswith(value.removesuffix("%"))


class WatchedClient(AnsweringClient):
    """Tells who watches a request how far it has come, as the product's client does.

    Args:
        answer: as for the other client.
        decode: called with the parameters of each request while its answer is decoded.
    """

    def __init__(self, answer: Callable[[Any], Any], decode: Callable[[Mapping[str, str]], object]) -> None:
        super().__init__(answer)
        self._decode = decode

    def send(self, request: Any, **how: Any) -> Any:
        if request.watch is None:
            return super().send(request, **how)
        request.watch.leaves()
        answer = super().send(request, **how)
        request.watch.arrived(answer)
        self._decode(request.params)
        return answer


@dataclass
class Outcome:
    """What a read gave."""

    pages: list[Any]
    source: PartitionSource
    error: Exception | None

    @property
    def ids(self) -> list[str]:
        return sorted(
            str(json.loads(line)["id"]) for page in self.pages for line in (page.lines or b"").splitlines()
        )

    @property
    def cursors(self) -> dict[str, Any]:
        return {page.cursor_key: page.cursor for page in self.pages}


def build_words(capped: CappedList, *, by: Any = None, subsets: bool = False) -> dict[str, Any]:
    """Give the words of the read."""
    partition: dict[str, Any] = {
        "cap": capped.cap,
        "by": by or [{"name": "phone"}, {"name": "name", "characters": "abcxyzABCXYZ0123456789"}],
    }
    if subsets:
        partition["subsets"] = {"path": "/groups", "records_path": "groups"}
    one = {"name": "all", "path": "/things", "records_path": "", "paged": False, "params": PARAMS}
    fields = {"id": {}, "phone": {}, "name": {}}
    return {"strategy": "partitioned", "passes": [one], "partition": partition, "fields": fields}


def read(
    capped: CappedList,
    cursors: dict[str, Any] | None = None,
    *,
    stop_after: int | None = None,
    decode: Callable[[Mapping[str, str]], object] | None = None,
    **more: Any,
) -> Outcome:
    """Read the list.

    Args:
        capped: the source.
        cursors: of an earlier try.
        stop_after: the read is killed after so many pages.
        decode: what decoding an answer does; None: nobody is told that it has arrived.
        **more: `by`, `subsets`, `max_pages`, and fields of the request.
    """
    words = {name: more.pop(name) for name in ("by", "subsets") if name in more}
    entity = make_entity(**build_words(capped, **words))
    if "max_pages" in more:
        entity = entity.model_copy(update={"max_pages": more.pop("max_pages")})
    client = AnsweringClient(capped) if decode is None else WatchedClient(capped, decode)
    source = PartitionSource(client, entity)  # type: ignore[arg-type]  # what is used of it
    pages: list[Any] = []
    error = None
    reading = source.read_pages(make_request(entity, page_size=100, **more), cursors or {})
    try:
        for page in reading:
            # the manifest keeps cursors as JSON
            assert json.loads(json.dumps(page.cursor)) == page.cursor
            pages.append(page)
            if stop_after is not None and len(pages) >= stop_after:
                break
    except SourceError as caught:
        error = caught
    finally:
        reading.close()
    return Outcome(pages, source, error)


def make_records(phones: list[str | None], names: list[str] | None = None) -> list[dict[str, Any]]:
    """Give a record for each phone number."""
    chosen = names or ["" for _ in phones]
    return [
        {"id": number, "phone": phone, "name": name}
        for number, (phone, name) in enumerate(zip(phones, chosen, strict=True))
    ]


def no_work(_params: Any) -> None:
    """Decode an answer in no time."""


def list_all(capped: CappedList) -> list[str]:
    """Give the ids of all records."""
    return sorted(str(one["id"]) for one in capped.records)
