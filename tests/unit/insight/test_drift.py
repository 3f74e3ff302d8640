from __future__ import annotations

from crm_sync.insight.drift import compare_noted


def compare(*noted):
    rows = [(number, None, *facts) for number, facts in enumerate(noted, start=1)]
    return [(change.key, change.what, change.sync_history_id) for change in compare_noted(rows)]


def keys(*others, gone=()):
    return {"known": [], "gone": list(gone), "others": list(others)}


def test_unmapped_key_comes_once_it_is_seen_beside_known_ones():
    found = compare((keys("a"), None, None), (keys("a", "b"), None, None), (keys("a", "b"), None, None))
    assert found == [("b", "came", 2)]


def test_first_read_has_nothing_to_compare_with_but_tells_what_is_gone():
    assert compare((keys("a", gone=["x"]), None, None)) == [("x", "went", 1)]


def test_mapped_key_goes_and_comes_back():
    found = compare((keys(), None, None), (keys(gone=["x"]), None, None), (keys(), None, None))
    assert found == [("x", "went", 2), ("x", "came", 3)]


def test_run_that_noted_nothing_changes_nothing():
    found = compare((keys("a"), None, None), (None, None, None), (keys("a", "b"), None, None))
    assert found == [("b", "came", 3)]
    assert compare(({"known": [], "gone": [], "others": None}, None, None)) == []


def test_label_that_moves_to_another_field_is_a_key_that_went_and_one_that_came():
    before, after = {"stage": {"Stage": "f1"}}, {"stage": {"Stage": "f2"}}
    assert compare((None, before, None), (None, after, None)) == [("f1", "went", 2), ("f2", "came", 2)]
    assert compare((None, {"stage": "f1"}, None), (None, {"stage": "f2"}, None)) == [
        ("f1", "went", 2), ("f2", "came", 2)
    ]  # fmt: skip


def test_field_that_the_account_hides_went():
    assert compare((None, None, []), (None, None, ["budget"])) == [("budget", "went", 2)]
