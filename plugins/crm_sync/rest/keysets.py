"""The place of a record in a list that is ordered by its ids, or by something else and then by its ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_sync.config.paging import KeysetPaging
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.decoding import make_printable
from crm_sync.rest.messages import find_path

_BETWEEN = "\n"
"""Between the parts of a place, and before a link: no time or number has it, and no address can."""


@dataclass(frozen=True)
class Place:
    """Where a record stands."""

    id: str | int
    at: str | int = ""
    """What the list is ordered by before the id; an empty text: by nothing."""

    def __str__(self) -> str:
        """Give the token of the page after it."""
        return str(self.id) if self.at == "" else f"{self.at}{_BETWEEN}{self.id}"


def read_id(record: Mapping[str, Any], path: str) -> str | int | None:
    """Give a record's id; None: it has no id that a request could contain."""
    found = find_path(record, path)
    if isinstance(found, str):
        return found if found and make_printable(found) == found else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def read_places(paging: KeysetPaging, records: Sequence[Mapping[str, Any]]) -> list[Place]:
    """Give the places of records; one without an id is rejected later, and must not end the list."""
    places = []
    for record in records:
        found = read_id(record, paging.id_path)
        at = read_id(record, paging.by_path) if paging.by_path else ""
        if found is not None and at is not None and _BETWEEN not in str(at):
            places.append(Place(found, at))
    return places


def is_before(paging: KeysetPaging, found: Place, last: str) -> bool:
    """Say whether a place comes before the one read last, in the order that the YAML names."""
    at, last_id = split_token(paging, last)
    if at != "" and str(found.at) != at:
        return _is_less(found.at, at, as_text=isinstance(found.at, str))
    if paging.ids == "any":
        return False
    return _is_less(found.id, last_id, as_text=paging.ids == "text" and isinstance(found.id, str))


def split_token(paging: KeysetPaging, token: str) -> tuple[str, str]:
    """Give what the last record had at `by_path`, empty without one, and its id."""
    at, _, last_id = token.partition(_BETWEEN) if paging.by_path else ("", "", token)
    return at, last_id


def write_link(link: str) -> str:
    """Give the token of a page that an answer named by its address."""
    return f"{_BETWEEN}{link}"


def read_link_token(paging: KeysetPaging, token: str | None) -> str | None:
    """Give the address in such a token; None: it is a place."""
    is_link = bool(paging.next_path) and token is not None and token.startswith(_BETWEEN)
    return token.removeprefix(_BETWEEN) if is_link and token is not None else None


def refuse_order(paging: KeysetPaging, found: Place, last: str) -> UnexpectedResponseError:
    """Build the error for ids that do not rise."""
    named = " and ".join(f"'{path}'" for path in (paging.by_path, paging.id_path) if path)
    return UnexpectedResponseError(
        f"{named} must increase, but {show_token(last)} was followed by {show_token(str(found))}: check that "
        f"the source sorts ascending and honours '{paging.param or '{after}'}', and that `paging.ids` is "
        "right"
    )


def show_token(token: str | None) -> str:
    """Give a token for messages."""
    return str(token).strip().replace(_BETWEEN, " ")[:80]


def _is_less(found: str | int, last: str, *, as_text: bool) -> bool:
    if as_text:
        return str(found) < last
    try:
        return int(found) < int(last)
    except ValueError:
        return True
