"""Another list of the source that says how many records its groups have, to compare a read with."""

from __future__ import annotations

from dataclasses import dataclass

from crm_sync.config.partition import SubsetWords
from crm_sync.rest.client import RestClient
from crm_sync.rest.decoding import make_printable
from crm_sync.rest.failure_words import expect_records_at
from crm_sync.rest.messages import Request, find_list, find_path
from crm_sync.rest.page_words import read_count
from crm_sync.sources.rest.answers import build_reader
from crm_sync.sources.rest.page_requests import build_body
from crm_sync.sources.rest.slots import SlotValues


@dataclass(frozen=True)
class Subset:
    """A group of records."""

    name: str
    size: int


def list_subsets(client: RestClient, words: SubsetWords, values: SlotValues, path: str) -> list[Subset]:
    """Ask for the groups; one without a number of records says nothing and is left out.

    Args:
        client: of the account.
        words: how it is asked.
        values: of the slots in parameters, headers and body.
        path: filled.

    Raises:
        UnexpectedResponseError: a group's size is no number.
        SourceError: there is no answer.
    """
    headers, body = values.fill_texts(words.headers), None
    if words.body is not None:
        kind, body = build_body(words.body, values)
        headers = {"Content-Type": kind, **headers}
    answer = client.send(
        Request(
            words.method,
            path,
            params=values.fill_texts(words.params),
            rate_classes=(words.rate_class,),
            check=expect_records_at(words.records_path),
            headers=headers,
            body=body,
            read=build_reader(words.answer, (words.records_path,), ()),
        )
    )
    found = []
    for one in find_list(answer.data, (words.records_path,)) or ():
        size = read_count(one, words.size_path)
        if size is not None:
            found.append(Subset(make_printable(str(find_path(one, words.name_path))), size))
    return found
