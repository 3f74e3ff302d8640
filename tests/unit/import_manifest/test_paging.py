"""Paginators in the words of `read.paging`."""

from __future__ import annotations

import pytest

from tests.sources.manifests.patterns import option, pages
from tests.unit.import_manifest.convert_support import convert_one, refuse

CURSOR = {"type": "CursorPagination"}
PATH = {"type": "RequestPath"}


def page(strategy, token=None, size="", **more):
    return convert_one(paginator=pages(strategy, token or option("at"), size), **more)


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        ({"type": "OffsetIncrement", "page_size": 5}, {"style": "offset", "end": "short", "param": "at"}),
        ({"type": "OffsetIncrement"}, {"style": "offset", "end": "empty", "param": "at"}),
        (
            {"type": "PageIncrement", "page_size": 5, "start_from_page": 1},
            {"style": "offset", "end": "short", "counts": "pages", "first": 1, "param": "at"},
        ),
        (
            {**CURSOR, "cursor_value": "{{ response.a.b }}", "stop_condition": "{{ not response.a }}"},
            {"style": "cursor", "next_path": "a.b", "param": "at"},
        ),
        (
            {**CURSOR, "cursor_value": "{{ response['a.b'] }}"},
            {"style": "cursor", "next_path": r"a\.b", "param": "at"},
        ),
        (
            {**CURSOR, "cursor_value": "{{ headers['X-Next'] }}"},
            {"style": "cursor", "next_path": "header:X-Next", "param": "at"},
        ),
        (
            {**CURSOR, "cursor_value": "{{ response.a }}", "stop_condition": "{{ response.done }}"},
            {"style": "cursor", "next_path": "a", "done_path": "done", "param": "at"},
        ),
        (
            {**CURSOR, "cursor_value": "{{ response.a }}", "stop_condition": "{{ not response.x.has_more }}"},
            {"style": "cursor", "next_path": "a", "more_path": "x.has_more", "param": "at"},
        ),
        (
            {**CURSOR, "cursor_value": "{{ response.a }}", "stop_condition": "{{ not response['data'] }}"},
            {"style": "cursor", "next_path": "a", "end": "empty", "param": "at"},
        ),
        (
            {
                **CURSOR,
                "cursor_value": "{{ response.a }}",
                "stop_condition": "{{ response['data']|length < 5 }}",
                "page_size": 5,
            },
            {"style": "cursor", "next_path": "a", "end": "short", "param": "at"},
        ),
        (
            {**CURSOR, "cursor_value": "{{ response['data'][-1]['key'] }}"},
            {"style": "keyset", "ids": "any", "id_path": "key", "param": "at"},
        ),
        (
            {
                **CURSOR,
                "cursor_value": "{{ response.page + 1 }}",
                "stop_condition": "{{ response.page == response.pages }}",
            },
            {
                "style": "offset",
                "counts": "pages",
                "first": 1,
                "end": "empty",
                "total_pages_path": "pages",
                "param": "at",
            },
        ),
    ],
)
def test_style_of_pages(strategy, words):
    result = page(strategy)
    assert result.read["paging"] == {**words, "limit_param": ""}
    assert result.entity.get("page_size") == strategy.get("page_size")


def test_link_is_followed_and_one_that_is_cut_up_is_followed_whole():
    link = {**CURSOR, "cursor_value": "{{ response.next }}"}
    assert page(link, PATH).read["paging"] == {"style": "link", "next_path": "next", "limit_param": ""}
    cut = {
        **CURSOR,
        "cursor_value": "{{ response.get('next', '').split('at=')[-1] if response.next else '' }}",
    }
    result = page({**cut, "cursor_value": "{{ response.next_url.split('at=')[-1] }}"})
    assert result.read["paging"]["style"] == "link"
    assert result.doubts[0].startswith("the link to the next page is followed")


def test_size_goes_where_the_manifest_puts_it():
    result = page({"type": "OffsetIncrement", "page_size": 5}, size="limit")
    assert result.read["paging"]["limit_param"] == "limit"
    assert (result.entity["page_size"], result.entity["max_page_size"]) == (5, 5)
    paginator = {
        **pages({"type": "OffsetIncrement", "page_size": 5}, option("a.b", "body_json")),
        "page_size_option": option("X-Size", "header"),
    }
    result = convert_one(paginator=paginator, asks={"http_method": "POST"})
    assert result.one["headers"] == {"X-Size": "{limit}"}
    assert result.one["body"] == {"content": {"a.b": "{after}"}}
    assert result.one["only_reads"] is True


def test_size_of_the_config_is_a_doubt():
    result = page({"type": "OffsetIncrement", "page_size": "{{ config.get('size', 25) }}"}, size="limit")
    assert result.entity["page_size"] == 25
    assert result.doubts == [
        "page_size is 25, and in the manifest the config says it: {{ config.get('size', 25) }}"
    ]


def test_page_zero_that_the_manifest_does_not_send_first_is_a_doubt():
    result = page({"type": "PageIncrement", "page_size": 5})
    assert result.doubts == ["the first request names page 0, and in the manifest it names none"]
    sent = page({"type": "PageIncrement", "page_size": 5, "inject_on_first_request": True})
    assert sent.doubts == []


def test_stop_condition_that_is_not_understood_is_a_doubt_and_the_list_is_read_to_its_end():
    strange = {
        **CURSOR,
        "cursor_value": "{{ response.a }}",
        "stop_condition": "{{ response.items()|selectattr('x')|list == [] }}",
    }
    result = page(strange)
    assert result.read["paging"] == {"style": "cursor", "next_path": "a", "param": "at", "limit_param": ""}
    assert result.doubts[0].startswith("the list ends where nothing leads on")


@pytest.mark.parametrize(
    ("paginator", "reason"),
    [
        (
            pages({**CURSOR, "cursor_value": "{{ response.a ~ 'x' }}"}, option("at")),
            "a page position that has to be worked out",
        ),
        (
            pages({**CURSOR, "cursor_value": "{{ response.a }}"}, None),
            "a page position that is sent nowhere",
        ),
        (pages({"type": "OffsetIncrement"}, PATH), "a number of a page as a path"),
        (
            pages({"type": "CustomPaginationStrategy", "class_name": "own.Pages"}, option("at")),
            "own Python code that pages: own.Pages",
        ),
    ],
)
def test_what_can_not_be_said_is_the_reason(paginator, reason):
    assert refuse(paginator=paginator).startswith(reason)


def test_list_without_pages_takes_an_object_for_one_record():
    result = convert_one()
    assert result.one["paged"] is False
    assert result.read["answer"] == {"single": True}


def test_stop_condition_over_two_flags_is_a_doubt_since_one_alone_would_end_the_list_early():
    stop = "{{ not (response.has_more or response.more_pages) }}"
    result = page({**CURSOR, "cursor_value": "{{ response.a }}", "stop_condition": stop})
    assert "more_path" not in result.read["paging"]
    assert result.doubts[0].startswith("the list ends where nothing leads on")
