"""The keys of a list that is read again: found whatever their order, in as few bytes as is said."""

from __future__ import annotations

import tracemalloc

from crm_sync.sources.rest.repeats import KnownKeys

KEYS = 200_000


def test_keys_of_all_walks_before_are_known_whatever_their_order():
    known = KnownKeys(["id"])
    assert len(known.keep_new([{"id": number} for number in range(140_000, 0, -1)])) == 140_000
    known.begin_walk()
    assert [record["id"] for record in known.keep_new([{"id": 0}, {"id": 1}, {"id": 140_000}, {}][:3])] == [0]
    known.begin_walk()
    known.begin_walk()
    assert known.keep_new([{"id": 0}, {"id": 70_000}]) == []


def test_key_takes_eight_bytes_and_no_object_while_a_walk_begins():
    known = KnownKeys(["id"])
    tracemalloc.start()
    try:
        for start in range(0, KEYS, 1_000):
            known.keep_new([{"id": f"key-{number}"} for number in range(start, start + 1_000)])
        tracemalloc.reset_peak()
        known.begin_walk()
        rest, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rest / KEYS < 10
    assert peak / KEYS < 32, "a sorted run is one of many, the more of them the less it weighs"
