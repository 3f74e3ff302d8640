"""Lists without a key, without an order, in several places at once, or of one object that is no list."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from crm_sync.config.answers import AnswerWords
from crm_sync.config.rest_reads import RestListRead
from crm_sync.exceptions import ConfigError, PaginationLoopError
from crm_sync.rest.messages import Answer, find_list
from crm_sync.sources.rest.answers import build_reader
from crm_sync.sources.rest.lists import RestListSource
from tests.unit.sources.rest_list_support import NOW, AnsweringClient, make_entity, make_request, run

HASHED = {"row_hash": {"source": "_hash"}, "id": {"source": "_hash"}}
ANY = {"style": "keyset", "param": "after", "ids": "any", "limit_param": "limit", "more_path": "more"}


@pytest.mark.parametrize(
    ("data", "path", "found"),
    [
        ({"items": [{"data": {"id": 1}}, {}, {"data": {"id": 2}}]}, "items.*.data", [{"id": 1}, {"id": 2}]),
        ({"items": [{"data": [{"id": 1}, {"id": 2}]}, {"data": []}]}, "items.*.data", [{"id": 1}, {"id": 2}]),
        ({"items": {"a": {"id": 1}, "b": {"id": 2}}}, "items.*", [{"id": 1}, {"id": 2}]),
        ([{"id": 1}], "*", [{"id": 1}]),
        ([{"a": [{"b": {"id": 1}}]}, {"a": [{"b": {"id": 2}}]}], "*.a.*.b", [{"id": 1}, {"id": 2}]),
        ({"items": []}, "items.*.data", []),
        ({"items": None}, "items.*.data", None),
        ({"error": "no"}, "items.*.data", None),
    ],
)
def test_star_in_a_path_gathers_what_is_behind_each_item(data, path, found):
    assert find_list(data, (path,)) == found


def test_answer_without_the_place_of_the_star_is_an_error_and_not_an_empty_list():
    entity = make_entity(passes=[{"name": "all", "path": "/things", "records_path": "items.*.data"}])
    source = RestListSource(AnsweringClient(lambda _: {"other": 1}), entity)
    with pytest.raises(Exception, match=r"has no list 'items\.\*\.data'"):
        list(source.read_pages(make_request(entity), {}))


@pytest.mark.parametrize("answer", [{"format": "xml"}, {"null_list": True}, {"rows": {}}])
def test_star_stands_beside_plain_json_only(answer):
    one = {"name": "all", "path": "/", "records_path": "items.*"}
    words = {"strategy": "rest_list", "passes": [one], "paging": {"style": "offset"}, "answer": answer}
    with pytest.raises(ValidationError) as caught:
        RestListRead.model_validate(words)
    assert caught.value.errors()[0]["ctx"]["key"] == "read.passes.0.records_path"


@pytest.mark.parametrize(
    ("body", "path", "records"),
    [
        (b'{"id": 1}', "", [{"id": 1}]),
        (b'{"user": {"id": 1}}', "user", [{"id": 1}]),
        (b'[{"id": 1}, {"id": 2}]', "", [{"id": 1}, {"id": 2}]),
        (b'{"user": null}', "user", None),
        (b'{"error": "no such key"}', "", None),
        (b'{"id": 1, "errors": []}', "", [{"id": 1, "errors": []}]),
    ],
)
def test_single_object_is_the_only_record_and_a_missing_one_is_none(body, path, records):
    read = build_reader(AnswerWords(single=True), (path,), ())
    data = read(Answer(200, body, {}, NOW))
    assert find_list(data, (path,)) == records


def test_records_without_a_key_get_the_hash_of_their_content_whatever_the_order_of_keys():
    pages = {"1": [{"a": 1, "b": 2}, {"a": 1, "b": 3}], "2": [{"b": 2, "a": 1, "c": None}], "3": []}
    client = AnsweringClient(lambda request: pages[request.params["page"]])
    records, _, _ = run(client, fields=HASHED)
    again, _, _ = run(
        AnsweringClient(lambda request: [{"b": 2, "a": 1}] if request.params["page"] == "1" else []),
        fields=HASHED,
    )
    hashes = [record["_hash"] for record in records]
    assert len(set(hashes)) == 3, "another value, or another key, is another record"
    assert again[0]["_hash"] == hashes[0]
    assert all(len(one) == 64 for one in hashes)


def test_without_a_column_from_it_no_hash_is_made():
    client = AnsweringClient(lambda request: [{"id": 1}] if request.params["page"] == "1" else [])
    records, _, _ = run(client)
    assert "_hash" not in records[0]


def serve_newest_first(request):
    ids = ["m", "z", "a", "k", "c"]
    at = ids.index(request.params["after"]) + 1 if "after" in request.params else 0
    size = int(request.params["limit"])
    return {"data": [{"id": one} for one in ids[at : at + size]], "more": at + size < len(ids)}


def test_ids_in_an_order_of_the_sources_own_lead_from_page_to_page():
    client = AnsweringClient(serve_newest_first)
    one = {"name": "all", "path": "/things", "records_path": "data"}
    records, _, source = run(client, passes=[one], paging=ANY)
    assert [record["id"] for record in records] == ["m", "z", "a", "k", "c"]
    assert source.incomplete_reason is None
    assert [request.params.get("after") for request in client.requests] == [None, "z", "k"]


def test_source_that_ignores_the_id_is_an_error_and_no_end():
    one = {"name": "all", "path": "/things", "records_path": "data"}
    client = AnsweringClient(lambda _: {"data": [{"id": "m"}, {"id": "z"}], "more": True})
    with pytest.raises(PaginationLoopError):
        run(client, passes=[one], paging=ANY)


def test_events_in_no_order_have_no_bookmark():
    with pytest.raises(ValidationError) as caught:
        make_entity(paging=ANY, event_cursor={"column": "at"})
    assert caught.value.errors()[0]["ctx"]["expected"] == "paging of style keyset, in the order of ids"


def test_number_of_a_page_is_a_number_in_a_body_of_json():
    one = {"name": "all", "path": "/", "records_path": "", "method": "POST", "only_reads": True}
    one["body"] = {"content": {"page": "{after}", "size": "{limit}", "text": "page {after}"}}
    bodies = []

    def answer(request):
        bodies.append(json.loads(request.body))
        return [{"id": 1}, {"id": 2}] if len(bodies) == 1 else []

    run(AnsweringClient(answer), passes=[one])
    assert bodies[:2] == [
        {"page": 1, "size": 2, "text": "page 1"},
        {"page": 2, "size": 2, "text": "page 2"},
    ]


TOKENS = {"style": "cursor", "next_path": "next", "param": "after"}


def serve_tokens_for_ever(request):
    pages = {None: ["a", "b"], "1": ["c", "d"], "2": ["e"], "3": []}
    at = request.params.get("after")
    following = "1" if at is None else str(int(at) + 1)
    return {"data": [{"id": one} for one in pages.get(at, [])], "next": following}


@pytest.mark.parametrize(("end", "asked"), [("short", 3), ("empty", 4)])
def test_list_with_a_token_on_its_last_page_ends_where_the_yaml_says(end, asked):
    client = AnsweringClient(serve_tokens_for_ever)
    one = {"name": "all", "path": "/things", "records_path": "data"}
    records, _, source = run(client, passes=[one], paging={**TOKENS, "end": end})
    assert [record["id"] for record in records] == ["a", "b", "c", "d", "e"]
    assert len({request.params.get("after") for request in client.requests}) == asked
    assert source.incomplete_reason is None


def test_without_the_word_tokens_that_never_end_are_an_error():
    one = {"name": "all", "path": "/things", "records_path": "data"}
    with pytest.raises(PaginationLoopError):
        run(AnsweringClient(serve_tokens_for_ever), passes=[one], paging=TOKENS)


def test_parents_that_come_in_one_answer_are_asked_for_once():
    def answer(request):
        if request.path == "/parents":
            return [{"id": 1}, {"id": 2}]
        return [{"id": f"{request.path}-1"}] if request.params["page"] == "1" else []

    client = AnsweringClient(answer)
    one = {"name": "all", "path": "/{parent}/things", "records_path": ""}
    parents = {"name": "parent", "path": "/parents", "records_path": "", "paged": False}
    records, _, _ = run(client, passes=[one], parents=parents)
    assert [record["_parent"] for record in records] == ["1", "2"]
    asked = [dict(request.params) for request in client.requests if request.path == "/parents"]
    assert asked == [{}]


NESTED = {
    "name": "board",
    "path": "/teams/{team}/boards",
    "params": {"in": "{team}"},
    "headers": {"X-Version": "2"},
    "records_path": "",
    "paged": False,
    "of": {"name": "team", "path": "/teams", "records_path": "", "paged": False, "pinned_by": "teams"},
}
CARDS = {"name": "all", "path": "/boards/{board}/cards", "records_path": "", "paged": False}


def answer_nested(request):
    if request.path == "/teams":
        return [{"id": "t1"}, {"id": "t2"}]
    if request.path.startswith("/teams/"):
        return [{"id": f"{request.path[7:9]}b{at}"} for at in (1, 2)] + [{"id": "shared"}]
    return [{"id": f"card of {request.path[8:].removesuffix('/cards')}"}]


def read_cards(extras=None):
    client = AnsweringClient(answer_nested, extras)
    fields = {"id": {}, "board": {"source": "_board"}}
    records, _, _ = run(client, passes=[CARDS], parents=NESTED, fields=fields)
    return client, records


def test_parents_of_parents_are_listed_first_and_a_shared_one_is_read_once():
    client, records = read_cards()
    boards = ["t1b1", "t1b2", "shared", "t2b1", "t2b2"]
    assert [record["_board"] for record in records] == boards
    assert [record["id"] for record in records] == [f"card of {board}" for board in boards]
    lists = [request for request in client.requests if request.path.endswith("/boards")]
    assert [dict(one.params) for one in lists] == [{"in": "t1"}, {"in": "t2"}]
    assert {one.headers["X-Version"] for one in lists} == {"2"}


def test_extra_names_several_parents_with_commas():
    client, records = read_cards({"teams": "t2, t9"})
    assert {record["_board"] for record in records} == {"t2b1", "t2b2", "t9b1", "t9b2", "shared"}
    assert "/teams" not in {request.path for request in client.requests}


def test_parents_that_only_the_connection_knows_have_to_be_named():
    one = {"name": "all", "path": "/{site}/pages", "records_path": "", "paged": False}
    words = {"passes": [one], "parents": {"name": "site", "pinned_by": "sites"}}
    source = RestListSource(AnsweringClient(lambda _: [{"id": 1}], {"sites": "a,b"}), make_entity(**words))
    pages = list(source.read_pages(make_request(make_entity(**words)), {}))
    assert sum(page.records for page in pages) == 2
    source = RestListSource(AnsweringClient(lambda _: []), make_entity(**words))
    with pytest.raises(ConfigError, match=r"extra\.sites"):
        list(source.read_pages(make_request(make_entity(**words)), {}))


@pytest.mark.parametrize(
    ("parents", "key"),
    [
        ({"name": "site"}, "read.parents.path"),
        ({**NESTED, "name": "team"}, "read.parents.of.name"),
    ],
)
def test_parents_that_do_not_fit_are_refused(parents, key):
    with pytest.raises(ValidationError) as caught:
        make_entity(passes=[CARDS], parents=parents)
    assert caught.value.errors()[0]["ctx"]["key"] == key


def test_get_with_a_body_is_sent_where_the_yaml_says_that_the_source_wants_one():
    one = {"name": "all", "path": "/", "records_path": "", "only_reads": True, "paged": False}
    client = AnsweringClient(lambda _: [{"id": 1}])
    run(client, passes=[{**one, "body": {"content": {"a": 1}}}])
    assert [(request.method, json.loads(request.body)) for request in client.requests] == [("GET", {"a": 1})]
