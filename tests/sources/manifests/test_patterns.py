"""What a manifest describes is read by us as its fake serves it: every key, once; nothing else; doubts named.

`python -m bench.manifests <python with airbyte-cdk>` has airbyte-cdk read the same manifests and fakes.
"""

from __future__ import annotations

import pytest

from tests.sources.manifests.fake import served
from tests.sources.manifests.list_patterns import LISTS
from tests.sources.manifests.page_patterns import PAGES
from tests.sources.manifests.patterns import Pattern
from tests.sources.manifests.reader import read_manifest_with_us

PATTERNS = [*PAGES, *LISTS]


def test_there_are_twenty_patterns():
    assert len({pattern.name for pattern in PATTERNS}) >= 20


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: one.name)
def test_manifest_is_read_as_it_describes(pattern: Pattern):
    with served(pattern.serve) as (address, asked):
        text = pattern.write(address)
        reading = read_manifest_with_us(
            text, address, login=pattern.login, password=pattern.password, extra=pattern.extra
        )
    assert {one.stream: [str(lack) for lack in one.lacks] for one in reading.connector.verdicts} == {
        name: [] for name in pattern.keys
    }
    found = {
        name: sorted(tuple(str(row[key]) for key in pattern.key) for row in rows)
        for name, rows in reading.rows.items()
    }
    assert found == {name: sorted(keys) for name, keys in pattern.keys.items()}
    assert reading.incomplete == {}
    doubts = [doubt for one in reading.connector.verdicts for doubt in one.doubts]
    assert [any(doubt.startswith(one) for doubt in doubts) for one in pattern.doubts] == [
        True for _ in pattern.doubts
    ]
    assert len(doubts) == len(pattern.doubts), doubts
    assert asked


def test_pattern_that_the_fake_does_not_serve_is_an_error_and_no_empty_list():
    pattern = PAGES[0]
    with served(lambda _: {"error": "no such key"}) as (address, _), pytest.raises(Exception, match="data"):
        read_manifest_with_us(pattern.write(address), address, password="open sesame")
