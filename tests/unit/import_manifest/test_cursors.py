"""Positions of the next page, and what the manifest says of the last one."""

from __future__ import annotations

import pytest

from tests.sources.manifests.patterns import option, pages
from tests.unit.import_manifest.convert_support import convert_one, refuse

ENDS = "the list ends where nothing leads on; in the manifest also by its stop condition: "


def point(value, stop=None, **more):
    strategy = {"type": "CursorPagination", "cursor_value": value, **more}
    return pages({**strategy, **({"stop_condition": stop} if stop else {})}, option("at"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{{ last_record['key'] }}", {"style": "keyset", "ids": "any", "id_path": "key"}),
        ("{{ last_records[-1]['a']['b'] }}", {"style": "keyset", "ids": "any", "id_path": "a.b"}),
        ("{{ headers['link']['next'] }}", {"style": "cursor", "next_path": "header:Link"}),
        ("{{ headers.link.split(';')[0] }}", {"style": "link", "next_path": "header:Link"}),
        ("{{ response.page + 1 }}", {"style": "offset", "counts": "pages", "first": 1, "end": "empty"}),
        ("{{ response.offset + response.limit }}", {"style": "offset", "end": "empty"}),
        ("{{ response.offset + last_page_size }}", {"style": "offset", "end": "empty"}),
    ],
)
def test_place_of_a_position(value, words):
    paging = convert_one(paginator=point(value)).read["paging"]
    told = {} if words["style"] == "link" else {"param": "at"}
    assert paging == {**words, **told, "limit_param": ""}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "next: {{ response.a }}",
        "{{ response.a or response.b }}",
        "{{ response }}",
        "{{ response['pages'][0] }}",
        "{{ response['others'][-1]['id'] }}",
        "{{ config['a'] }}",
        "{{ headers['link']['prev'] }}",
        "{{ headers['X-Next']['a'] }}",
        "{{ last_record.next.split('=')[-1] }}",
        "{{ response.state.split('=')[-1] }}",
        "{{ response.a.size() + 1 }}",
        "{{ config['page'] + 1 }}",
        "{{ response.page + 2 }}",
    ],
)
def test_position_that_has_to_be_worked_out_is_the_reason(value):
    assert refuse(paginator=point(value)).startswith("a page position that has to be worked out")


@pytest.mark.parametrize(
    ("stop", "ends", "is_told"),
    [
        ("{{ response.a == response.b }}", {}, True),
        ("{{ not response.total }}", {}, True),
        ("{{ not response.has_next }}", {"more_path": "has_next"}, False),
        ("{{ headers['X-Done'] == true }}", {"done_path": "header:X-Done"}, False),
        ("{{ not headers['link'] }}", {}, True),
        ("{{ not last_records }}", {"end": "empty"}, False),
        ("{{ response.done or not response.has_more }}", {"done_path": "done"}, True),
        ("{{ last_page_size < 5 }}", {"end": "short"}, False),
        ("{{ not response.next }}", {}, False),
        ("{{ config['stop'] }}", {}, True),
    ],
)
def test_end_of_a_list(stop, ends, is_told):
    result = convert_one(paginator=point("{{ response.next }}", stop, page_size=5))
    expected = {"style": "cursor", "next_path": "next", "param": "at", "limit_param": "", **ends}
    assert result.read["paging"] == expected
    assert result.doubts == ([ENDS + stop] if is_told else [])
