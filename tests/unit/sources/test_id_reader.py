"""How many requests a read of ids keeps under way."""

from __future__ import annotations

import pytest

from crm_sync.sources.ids.reader import choose_threads


@pytest.mark.parametrize(
    ("most", "calls_per_s", "latency_s", "expected"),
    [
        (1, 19.0, 0.2, 1),
        (16, 19.0, 0.2, 9),
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
