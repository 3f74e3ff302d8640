"""Lists of any REST source, from config alone, against a client that answers from a table."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode
from crm_sync.exceptions import PaginationLoopError, QuotaExhaustedError, UnexpectedResponseError
from crm_sync.rest.messages import Answer
from crm_sync.rest.stats import ClientStats
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.rest.lists import RestListSource


class TableClient:
    """Answers by path and token; a list of bodies is answered one after the other, the last for ever."""

    def __init__(self, **pages) -> None:
        self.pages = pages
        self.requests = []
        self.stats = ClientStats()
        self.extras = {}

    def send(self, request, *, cancelled=None):
        self.requests.append(request)
        bodies = self.pages[f"{request.path.strip('/')}_{request.params.get('after', 'first')}"]
        body = bodies.pop(0) if isinstance(bodies, list) and len(bodies) > 1 else bodies
        body = body[0] if isinstance(body, list) else body
        if isinstance(body, Exception):
            raise body
        if (fault := request.check(body)) is not None:
            raise UnexpectedResponseError(fault)
        return Answer(200, b"", {}, datetime.now(UTC), datetime(2026, 1, 1, tzinfo=UTC), body)


def page(*ids, after=None):
    return {"results": [{"id": one} for one in ids], "next": after}


def make_source(client, **read):
    config = {
        "strategy": "rest_list",
        "passes": [{"name": "active", "path": "/{what}"}, {"name": "archived", "path": "/old"}],
        "paging": {"style": "cursor", "next_path": "next", "param": "after"},
        **read,
    }
    entity = EntityConfig(
        crm_source="crm",
        sync_type="things",
        table_schema="crm",
        primary_key=["id"],
        fields={"id": {}},
        read=config,
    )
    return RestListSource(client, entity, {"what": "new"}), entity


def read(client, cursors=None, **config):
    source, entity = make_source(client, **config)
    request = ReadRequest(entity, SyncMode.FULL, None, datetime.now(UTC), 100)
    pages = list(source.read_pages(request, cursors or {}))
    ids = [json.loads(line)["id"] for one in pages for line in (one.lines or b"").splitlines()]
    return ids, {one.cursor_key: one.cursor for one in pages}, source


def test_passes_are_read_one_after_the_other():
    client = TableClient(new_first=page(1, 2, after="t"), new_t=page(3), old_first=page(4))
    ids, cursors, source = read(client)
    assert (ids, cursors) == ([1, 2, 3, 4], {"active": None, "archived": None})
    assert source.is_whole
    assert source.incomplete_reason is None


def test_resumed_read_starts_after_the_stored_token():
    client = TableClient(new_t=page(3), old_first=page(4))
    assert read(client, {"active": "t"})[0] == [3, 4]
    assert read(client, {"active": None})[0] == [4]


def test_quota_keeps_what_was_read():
    client = TableClient(new_first=page(1, after="t"), new_t=QuotaExhaustedError("the day is over"))
    ids, cursors, source = read(client)
    assert (ids, cursors, source.incomplete_reason) == ([1], {"active": {"token": "t"}}, "the day is over")
    assert not source.is_whole


def test_empty_page_with_a_next_token_is_asked_for_again_then_followed():
    client = TableClient(
        new_first=page(1, after="t"),
        new_t=[page(after="u"), page(2, after="u")],
        new_u=page(3),
        old_first=page(),
    )
    assert read(client)[0] == [1, 2, 3]
    lasting = TableClient(
        new_first=page(1, after="t"), new_t=page(after="u"), new_u=page(3), old_first=page()
    )
    assert read(lasting)[0] == [1, 3]


@pytest.mark.parametrize(
    "pages",
    [
        {"new_first": page(1, after="t"), "new_t": page(2, after="t")},
        {"new_first": page(1, after="t"), "new_t": page(1, after="t")},
    ],
    ids=["token", "page"],
)
def test_repetition_is_an_error_that_names_the_entity(pages):
    with pytest.raises(PaginationLoopError) as caught:
        read(TableClient(**pages))
    assert (caught.value.crm_source, caught.value.sync_type) == ("crm", "things")


@pytest.mark.parametrize(
    ("second", "third"),
    [
        (page(1, 2, after="u"), page(3)),
        (page(2, 3, after="u"), page(3)),
        (page(1, 2, after="u"), page(1, 2, 3)),
    ],
    ids=["the-same-page", "begins-with-the-last-record", "with-one-new-record"],
)
def test_record_that_comes_twice_is_no_loop_where_the_source_leads_on(second, third):
    client = TableClient(new_first=page(1, 2, after="t"), new_t=second, new_u=third, old_first=page())
    ids, _, source = read(client)
    assert set(ids) == {1, 2, 3}
    assert source.is_whole


def test_repetition_ends_the_list_where_config_says_so():
    client = TableClient(new_first=page(1, after="t"), new_t=page(1, after="u"), old_first=page(2))
    ids, cursors, _ = read(client, end_on_repeat=True)
    assert (ids, cursors) == ([1, 2], {"active": None, "archived": None})


def test_answer_without_the_list_is_an_error_not_an_empty_page():
    with pytest.raises(UnexpectedResponseError):
        read(TableClient(new_first={"error": "maintenance"}))


def test_clock_is_the_answers_date():
    source, _ = make_source(TableClient(new_first=page(1)))
    assert source.read_clock() == datetime(2026, 1, 1, tzinfo=UTC)
