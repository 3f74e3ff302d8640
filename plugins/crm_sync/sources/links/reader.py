"""One batch of parents to all their links: inner pages, partial answers, one record per link and type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_sync.config.rest_links import LinkPair, RestLinksRead
from crm_sync.exceptions import ConfigError, PaginationLoopError, UnexpectedResponseError
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Request, ShapeCheck, expect_list_at, find_path
from crm_sync.rest.page_words import read_next
from crm_sync.rest.waits import never
from crm_sync.sources.base import Cursor, Page, Record, build_page
from crm_sync.sources.rest.slots import SlotValues
from crm_sync.untyped import Json

_ABSENT = object()


@dataclass(frozen=True)
class LinkReader:
    """Reads links of one pair of types; safe for many threads.

    Args:
        client: of the account.
        words: how to request links, and where an answer has them.
        pair: direction of the links.
        paths: pieces of paths by placeholder.
    """

    client: RestClient
    words: RestLinksRead
    pair: LinkPair
    paths: Mapping[str, str] = field(default_factory=dict)

    def read(self, ids: Sequence[str], cancelled: Callable[[], bool]) -> list[Record]:
        """Give all links of the parents, however many answers that takes.

        Raises:
            FatalSourceError: an answer says neither which links a parent has nor that it has none.
        """
        words = self.words
        records: list[Record] = []
        inputs: list[dict[str, str]] = [{"id": one} for one in ids]
        asked: set[tuple[str, str]] = set()
        while inputs:
            following = []
            for result in find_path(self._ask(inputs, cancelled), words.records_path):
                parent_id = str(find_path(result, words.parent_path))
                try:
                    records.extend(self._explode(result, parent_id))
                except (KeyError, TypeError, AttributeError):
                    raise UnexpectedResponseError("the source sent links of an unknown shape") from None
                after = read_next(result, words.next_path)
                if after is not None:
                    following.append({"id": parent_id, "after": after})
            for one in following:
                if (key := (one["id"], one["after"])) in asked:
                    message = f"the source repeats a page of links of {self.pair.from_type}"
                    raise PaginationLoopError(message)
                asked.add(key)
            inputs = following
        return records

    def try_out(self, parent_id: str) -> None:
        """Ask for the links of one parent, whatever they are.

        Raises:
            SourceError: the key may not.
        """
        self._send([{"id": parent_id}], expect_list_at(self.words.records_path), never)

    def _ask(self, inputs: Sequence[Mapping[str, str]], cancelled: Callable[[], bool]) -> Json:
        check = check_all_answered(self.words, [one["id"] for one in inputs])
        return self._send(inputs, check, cancelled)

    def _send(
        self,
        inputs: Sequence[Mapping[str, str]],
        check: ShapeCheck,
        cancelled: Callable[[], bool],
    ) -> Json:
        words, slots = self.words, {**self.client.extras, **self.paths}
        types = {"from_type": self.pair.from_type, "to_type": self.pair.to_type}
        path = SlotValues({**slots, **types}).fill_text(words.path)
        if path is None:
            expected = f"a value for each slot of '{words.path}'"
            raise ConfigError(f"connection {self.client.connection_id}", "extra", expected)
        items = [SlotValues(one).fill_json(words.input) for one in inputs]
        body = SlotValues({**slots, **types, "inputs": items}).fill_json(words.body)
        request = Request("POST", path, json=body, rate_classes=words.rate_classes, check=check)
        return self.client.send(request, cancelled=cancelled).data

    def _explode(self, result: Mapping[str, Any], parent_id: str) -> Iterator[Record]:
        words = self.words
        ends = {
            "from_object_type": self.pair.from_type,
            "from_object_id": parent_id,
            "to_object_type": self.pair.to_type,
        }
        keys = {"to_object_id": words.target, **words.columns, **words.optional}
        blank = {**ends, **dict.fromkeys(keys, _ABSENT), **dict.fromkeys(words.optional)}
        for link in _walk(result, words.links_paths, keys, blank):
            if _ABSENT in link.values():
                raise KeyError
            link["to_object_id"] = str(link["to_object_id"])
            yield link


def _walk(
    item: Mapping[str, Any], paths: Sequence[str], keys: Mapping[str, str], known: Record
) -> Iterator[Record]:
    """Give what the innermost items of nested lists have, each with what the items around it have."""
    if not paths:
        yield dict(known)
        return
    for inner in item[paths[0]]:
        own = {column: inner[key] for column, key in keys.items() if key in inner}
        yield from _walk(inner, paths[1:], keys, {**known, **own})


def build_links_page(
    pair: LinkPair, ids: Sequence[str], links: Sequence[Record], *, cursor_key: str, cursor: Cursor
) -> Page:
    """Make a page of the links of whole parents."""
    import polars as pl  # noqa: PLC0415  # inside tasks only: it is slow to import

    page = build_page(links, cursor_key=cursor_key, cursor=cursor)
    parents = pl.DataFrame(
        {
            "from_object_type": pl.repeat(pair.from_type, len(ids), eager=True, dtype=pl.String),
            "from_object_id": pl.Series(ids, dtype=pl.String),
            "to_object_type": pl.repeat(pair.to_type, len(ids), eager=True, dtype=pl.String),
        }
    )
    return Page(page.lines, None, page.records, page.key_paths, cursor_key, cursor, parents=parents)


def check_all_answered(words: RestLinksRead, ids: Sequence[str]) -> ShapeCheck:
    """Build the check that each parent has an answer: links, or the source's word that there are none.

    Anything else would turn a failure into "no links", and the links would be deleted in the warehouse.
    """
    has_results, none = expect_list_at(words.records_path), words.none

    def check(data: Json) -> str | None:
        fault = has_results(data)
        if fault is not None:
            return fault
        try:
            results = find_path(data, words.records_path)
            parents = {find_path(result, words.parent_path) for result in results}
            open_ids = set(ids).difference(map(str, parents))
            for error in find_path(data, none.path) or ():
                code = find_path(error, none.code_path)
                if code != none.code:
                    return f"reports {find_path(error, none.fault_path)} {code or ''} for a part"
                open_ids.difference_update(map(str, find_path(error, none.ids_path)))
        except (KeyError, TypeError, AttributeError):
            return "has results of an unknown shape"
        if None in parents:
            return "has results of an unknown shape"
        return f"says nothing about {len(open_ids)} of {len(ids)} records" if open_ids else None

    return check
