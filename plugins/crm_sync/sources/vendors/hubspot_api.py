"""HubSpot's requests: paths of both API families, lists, searches, batch reads; paging is the readers'.

Source: HubSpot API reference for the CRM, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Answer, Request, ShapeCheck, expect_list_at, find_path
from crm_sync.rest.page_words import read_count, read_flag, read_position
from crm_sync.rest.waits import never
from crm_sync.sources.base import Record

BATCH_READ_INPUTS = 100
SEARCH_CLASS = "search"
Filter = Mapping[str, str]
_HAS_RESULTS = expect_list_at("results")


def build_path(api_version: str, area: str, rest: str) -> str:
    """Give the path of an endpoint.

    Args:
        api_version: `v3`, or a dated one such as `2026-03`; both answer the same.
        area: `objects`, `associations`, `owners`, `properties`.
        rest: what follows, without a slash in front; may be empty.
    """
    if api_version in ("", "v3"):
        # batch reads of associations exist from v4 on
        head = f"/crm/{'v4' if area == 'associations' else 'v3'}/{area}"
    else:
        head = f"/crm/{area}/{api_version}"
    return f"{head}/{rest}" if rest else head


@dataclass(frozen=True)
class HubSpotObjects:
    """The endpoints of one object type.

    Args:
        client: of the account.
        object_type: plural name or type id.
    """

    client: RestClient
    object_type: str

    def list_page(
        self, params: Mapping[str, str], *, cancelled: Callable[[], bool] = never
    ) -> tuple[list[Record], str | None]:
        """Give one list page and the token of the next."""
        data = self._send("GET", "", params=params, cancelled=cancelled).data
        return data["results"], read_next(data)

    def search_page(
        self, query: Mapping[str, Any], *, cancelled: Callable[[], bool] = never
    ) -> tuple[list[Record], int]:
        """Give one page of a search and the number of all matches, this page included."""
        answer = self._send(
            "POST", "search", json=query, rate_class=SEARCH_CLASS, check=_check_search, cancelled=cancelled
        )
        return answer.data["results"], read_count(answer.data, "total") or 0

    def read_batch(
        self,
        ids: Sequence[str],
        properties: Sequence[str],
        *,
        archived: bool,
        cancelled: Callable[[], bool] = never,
    ) -> dict[str, Record]:
        """Read records by id.

        Returns:
            By id; an id that is gone is missing, as is one merged into another: HubSpot then gives the
            survivor, which the lists have under its own id.

        Raises:
            UnexpectedResponseError: an id was refused for another reason.
        """
        found: dict[str, Record] = {}
        params = {"archived": "true"} if archived else {}
        # what the first answer lacks is asked for once more: gone is only what two answers do not know
        for wanted in (_cut(ids), _cut(ids)):
            for batch in wanted:
                missing = [one for one in batch if one not in found]
                if missing:
                    body = {"inputs": [{"id": one} for one in missing], "properties": list(properties)}
                    answer = self._send("POST", "batch/read", params=params, json=body, cancelled=cancelled)
                    _check_batch_errors(answer)
                    by_id = {str(read_id(record)): record for record in answer.data["results"]}
                    found.update({one: by_id[one] for one in missing if one in by_id})
        return found

    def list_property_names(self) -> tuple[list[str], Answer]:
        """Give the names of all properties that the account has for the type, and the answer itself."""
        path = build_path(self.client.api_version, "properties", self.object_type)
        answer = self.client.send(Request("GET", path, check=_HAS_RESULTS))
        if read_next(answer.data) is not None:
            raise UnexpectedResponseError(f"HubSpot gives the properties of {self.object_type} in pages")
        names = [one.get("name") for one in answer.data["results"] if not read_flag(one, "archived")]
        if not names or not all(isinstance(name, str) and name for name in names):
            raise UnexpectedResponseError(f"HubSpot names no properties of {self.object_type}")
        return names, answer

    def _send(  # noqa: PLR0913  # the parts of one request
        self,
        method: Any,  # noqa: ANN401
        below: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object | None = None,
        rate_class: str = "default",
        check: ShapeCheck = _HAS_RESULTS,
        cancelled: Callable[[], bool] = never,
    ) -> Answer:
        rest = f"{self.object_type}/{below}" if below else self.object_type
        path = build_path(self.client.api_version, "objects", rest)
        request = Request(method, path, params or {}, json, (rate_class,), check)
        return self.client.send(request, cancelled=cancelled)


def read_next(data: Mapping[str, Any]) -> str | None:
    """Give the token of the next page; `paging.next.link` is never used: it points to another host.

    Raises:
        UnexpectedResponseError: something is there that is neither a token nor an end.
    """
    after = read_position(data, "paging.next.after")
    place = find_path(data, "paging.next")
    if after is None and place and not (isinstance(place, dict) and "after" in place):
        raise UnexpectedResponseError(
            "the answer has a 'paging.next' without 'after': no end, and no next page"
        )
    return after


def read_id(record: Any) -> int:  # noqa: ANN401
    """Give the numeric id of a record.

    Raises:
        UnexpectedResponseError: it has none.
    """
    found = record.get("id") if isinstance(record, dict) else None
    if isinstance(found, bool) or not isinstance(found, str | int) or not str(found).isdecimal():
        raise UnexpectedResponseError("HubSpot sent a record without a numeric id")
    return int(found)


def _cut(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + BATCH_READ_INPUTS] for start in range(0, len(ids), BATCH_READ_INPUTS)]


def _check_search(data: Any) -> str | None:  # noqa: ANN401
    fault = _HAS_RESULTS(data)
    if fault is not None:
        return fault
    try:
        total = read_count(data, "total")
    except UnexpectedResponseError:
        total = None
    if total is None:
        return "has no number 'total'"
    return "has no results although total is above 0" if total > 0 and not data["results"] else None


def _check_batch_errors(answer: Answer) -> None:
    """Refuse a partial answer (207) unless the only fault is that records are gone."""
    for error in answer.data.get("errors") or ():
        if error.get("category") != "OBJECT_NOT_FOUND":
            said = f"{error.get('category')}: {error.get('message')}"[:300]
            raise UnexpectedResponseError(
                f"HubSpot refused a part of a batch: {said}", status_code=answer.status
            )
