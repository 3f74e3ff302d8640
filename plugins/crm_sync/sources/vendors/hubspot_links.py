"""One batch of parents to all their links: inner pages, partial answers, one record per link and type.

Source: HubSpot API reference "Associations v4, batch read", read 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_sync.config.reads import AssociationPair
from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Request, ShapeCheck, expect_list_at
from crm_sync.sources.base import Cursor, Page, Record, build_page
from crm_sync.sources.vendors.hubspot_api import build_path, read_next

NO_LINKS = "crm.associations.NO_ASSOCIATIONS_FOUND"
_CLASSES = ("associations", "default")
"""Associations have a limit of their own; HubSpot does not say whether they count in the app's, too."""


@dataclass(frozen=True)
class LinkReader:
    """Reads links of one pair of object types; safe for many threads.

    Args:
        client: of the account.
        pair: direction of the links.
    """

    client: RestClient
    pair: AssociationPair

    def read(self, ids: Sequence[str], cancelled: Callable[[], bool]) -> list[Record]:
        """Give all links of the parents, whatever number of answers that takes.

        Raises:
            FatalSourceError: an answer says neither which links a parent has nor that it has none.
        """
        records: list[Record] = []
        inputs: list[dict[str, str]] = [{"id": one} for one in ids]
        asked: set[tuple[str, str]] = set()
        while inputs:
            following = []
            for result in self._ask(inputs, cancelled)["results"]:
                try:
                    records.extend(self._explode(result))
                except (KeyError, TypeError, AttributeError):
                    raise UnexpectedResponseError("HubSpot sent links of an unknown shape") from None
                after = read_next(result)
                if after is not None:
                    following.append({"id": str(result["from"]["id"]), "after": after})
            for one in following:
                if (key := (one["id"], one["after"])) in asked:
                    raise PaginationLoopError(f"HubSpot repeats a page of links of {self.pair.from_type}")
                asked.add(key)
            inputs = following
        return records

    def _ask(self, inputs: Sequence[Mapping[str, str]], cancelled: Callable[[], bool]) -> Any:  # noqa: ANN401
        rest = f"{self.pair.from_type}/{self.pair.to_type}/batch/read"
        path = build_path(self.client.api_version, "associations", rest)
        request = Request(
            "POST",
            path,
            json={"inputs": inputs},
            rate_classes=_CLASSES,
            check=check_all_answered([one["id"] for one in inputs]),
        )
        return self.client.send(request, cancelled=cancelled).data

    def _explode(self, result: Mapping[str, Any]) -> list[Record]:
        return [
            {
                "from_object_type": self.pair.from_type,
                "from_object_id": str(result["from"]["id"]),
                "to_object_type": self.pair.to_type,
                "to_object_id": str(target["toObjectId"]),
                "category": link["category"],
                "type_id": link["typeId"],
                "label": link.get("label"),
            }
            for target in result["to"]
            for link in target["associationTypes"]
        ]


def build_links_page(
    pair: AssociationPair, ids: Sequence[str], links: Sequence[Record], *, cursor_key: str, cursor: Cursor
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


def check_all_answered(ids: Sequence[str]) -> ShapeCheck:
    """Build the check that each parent has an answer: links, or HubSpot's word that there are none.

    Anything else would pass a failure off as "no links", and they would be deleted in the warehouse.
    """
    has_results = expect_list_at("results")

    def check(data: Any) -> str | None:  # noqa: ANN401
        fault = has_results(data)
        if fault is not None:
            return fault
        try:
            open_ids = set(ids).difference(str(result["from"]["id"]) for result in data["results"])
            for error in data.get("errors") or ():
                if error.get("subCategory") != NO_LINKS:
                    return f"reports {error.get('category')} {error.get('subCategory') or ''} for a part"
                open_ids.difference_update(map(str, error["context"]["fromObjectId"]))
        except (KeyError, TypeError, AttributeError):
            return "has results of an unknown shape"
        return f"says nothing about {len(open_ids)} of {len(ids)} records" if open_ids else None

    return check
