"""The account's own list of its fields, in one answer or in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from crm_sync.config.discovery import DiscoverWords
from crm_sync.config.exchange import list_classes
from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.rest.client import RestClient
from crm_sync.rest.failure_words import expect_records_at
from crm_sync.rest.messages import Request, find_list, find_path
from crm_sync.rest.page_words import read_flag, read_next, read_position
from crm_sync.sources.base import Record
from crm_sync.sources.rest.answers import build_reader
from crm_sync.sources.rest.page_requests import build_body
from crm_sync.sources.rest.slots import SlotValues

_MOST_PAGES = 1000


def list_fields(
    client: RestClient, words: DiscoverWords, path: str, values: SlotValues
) -> tuple[list[Record], datetime | None]:
    """List the fields that are not archived, and give the source's clock at the first answer.

    Args:
        client: of the account.
        words: how it is asked.
        path: filled.
        values: of the slots in parameters, headers and body.

    Raises:
        UnexpectedResponseError: there is a next page, and no word says how to ask for it.
        PaginationLoopError: a page names itself, or an earlier one, as the next.
        SourceError: there is no answer.
    """
    token: str | None = None
    seen: set[str] = set()
    listed: list[Record] = []
    date: datetime | None = None
    params, headers = values.fill_texts(words.params), values.fill_texts(words.headers)
    where = values.fill_text(words.records_path) or ""
    body: bytes | None = None
    if words.body is not None:
        kind, body = build_body(words.body, values)
        headers = {"Content-Type": kind, **headers}
    for _ in range(_MOST_PAGES):
        asked = {**params, **({words.next_param: token} if token is not None else {})}
        answer = client.send(
            Request(
                words.method,
                path,
                params=asked,
                headers=headers,
                body=body,
                read=build_reader(words.answer, (where,), ()),
                rate_classes=list_classes("default", words.cost),
                check=expect_records_at(where),
            )
        )
        date = date or answer.date
        found = find_list(answer.data, (where,)) or ()
        listed += (field for field in found if not read_flag(field, words.archived_path))
        read = read_position if words.next_param else read_next
        token = read(answer.data, words.next_path) if words.next_path else None
        if token is None:
            return listed, date
        if not words.next_param:
            raise UnexpectedResponseError(f"{words.method} {path}: the account lists its fields in pages")
        if token in seen:
            break
        seen.add(token)
    raise PaginationLoopError(f"{words.method} {path}: the list of the account's fields does not end")


def has_value(field: Record, values: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether a field has one of the values at one of the paths."""
    return any(str(find_path(field, path)) in wanted for path, wanted in values.items())
