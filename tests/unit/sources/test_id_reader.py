"""How many requests a read of ids keeps under way."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from crm_sync.rest.waits import never
from crm_sync.sources.ids.list_reader import ListReader
from crm_sync.sources.ids.reader import choose_threads


@pytest.mark.parametrize(
    ("most", "calls_per_s", "latency_s", "expected"),
    [
        (1, 19.0, 0.2, 1),
        (16, 19.0, 0.1, 9),
        (16, 19.0, 5.0, 16),
        (16, 5.0, 0.001, 2),
        (16, None, 0.02, 10),
        (16, None, 1.0, 16),
        (16, None, 0.001, 1),
        (16, None, 0.0, 1),
    ],
    ids=["one is asked for", "rate", "rate and long latency", "rate and short latency", "no limit",
         "no limit and long latency", "answers faster than decoding", "nothing measured yet"],
)  # fmt: skip
def test_choose_threads_feeds_the_rate_or_the_decoder(most, calls_per_s, latency_s, expected):
    assert choose_threads(most, calls_per_s=calls_per_s, latency_s=latency_s) == expected


def test_empty_list_page_that_names_a_next_one_is_asked_for_again():
    answers = iter([([], "7", None), ([{"id": 5}], "7", b'{"id":5}\n')])
    calls = SimpleNamespace(
        read=SimpleNamespace(batch=SimpleNamespace(names_bytes=1000)),
        list_page=lambda *_, **__: next(answers),
        read_ids=lambda records: [record["id"] for record in records],
    )
    page = ListReader(calls, ["id"], 10, archived=False).read(None, None, never)
    assert (page.ids, page.next, page.calls, page.lines) == ([5], "7", 2, b'{"id":5}\n')
