"""A source's own counts of our calls: looked at first, counted down, looked at again."""

from __future__ import annotations

import pytest

from crm_sync.config.counters import CounterWords
from crm_sync.exceptions import AuthenticationError, ConfigError, UnexpectedResponseError
from crm_sync.rest.call_counters import CallCounters, read_windows

WORDS = {
    "path": "/limits",
    "records_path": "windows",
    "counts_path": "counts",
    "name_path": "kind",
    "counted": ["Query"],
    "limit_path": "limit",
    "used_path": "used",
    "reset_path": "seconds",
}


class Source:
    """Tells its counts, and how often it was asked."""

    def __init__(self, *windows, **words):
        self.windows = list(windows)
        self.looks = 0
        self.now = 0.0
        self.waits = []
        self.counters = CallCounters(CounterWords(**{**WORDS, **words}), self.ask, lambda: self.now)

    def ask(self):
        self.looks += 1
        if isinstance(self.windows[0], Exception):
            raise self.windows[0]
        return {"windows": self.windows}

    def wait(self, seconds):
        self.waits.append(seconds)
        self.now += seconds
        for one in self.windows:
            one["counts"][0]["used"] = 0

    def call(self):
        self.counters.make_room(self.wait)


def window(limit, used, seconds, kind="Query"):
    return {"counts": [{"kind": kind, "limit": limit, "used": used}], "seconds": seconds}


def test_counts_are_looked_at_before_the_first_call_and_not_before_each():
    source = Source(window(100, 7, 60))
    for _ in range(92):
        source.call()
    assert source.looks == 1
    assert source.waits == []


def test_call_for_which_there_is_no_room_waits_until_the_count_starts_anew():
    source = Source(window(10, 8, 42))
    source.call()
    source.call()
    assert source.waits == [42]
    assert source.looks == 2


def test_full_count_is_waited_for_before_the_first_call():
    source = Source(window(10, 10, 30))
    source.call()
    assert source.waits == [30]


def test_of_several_windows_the_one_with_the_least_left_counts():
    source = Source(window(1000, 0, 10), window(5, 5, 99))
    source.call()
    assert source.waits == [99]


def test_counts_of_other_kinds_say_nothing():
    source = Source(window(10, 10, 30, kind="Modify"), window(10, 0, 30))
    source.call()
    assert source.waits == []


def test_count_that_started_anew_is_looked_at_again():
    source = Source(window(10, 2, 30))
    source.call()
    source.now = 31
    source.call()
    assert source.looks == 2


def test_refusal_leads_to_another_look():
    source = Source(window(10, 2, 30))
    source.call()
    source.counters.forget()
    source.call()
    assert source.looks == 2


def test_share_of_other_tools_is_left():
    source = Source(window(100, 0, 60))
    source.counters.reserve = 0.5
    for _ in range(49):
        source.call()
    assert source.waits == []
    source.call()
    assert source.waits == [60]


@pytest.mark.parametrize("told", [UnexpectedResponseError("no such operation"), window("many", 0, 1)])
def test_source_that_does_not_tell_is_not_asked_again_and_holds_up_no_call(told):
    source = Source(told)
    source.call()
    source.call()
    assert source.looks == 1
    assert source.waits == []


def test_refused_key_is_not_swallowed():
    source = Source(AuthenticationError("wrong"))
    with pytest.raises(AuthenticationError):
        source.call()


def test_list_of_one_in_xml_is_the_one():
    words = CounterWords(**WORDS)
    data = {"windows": {"counts": {"kind": "Query", "limit": "5", "used": "3"}, "seconds": "9"}}
    (found,) = read_windows(words, data)
    assert (found.limit, found.used, found.resets_in_s) == (5, 3, 9.0)


def test_reset_beyond_belief_is_cut():
    (found,) = read_windows(CounterWords(**WORDS, longest_s=100), {"windows": [window(5, 3, 10**9)]})
    assert found.resets_in_s == 100


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"method": "POST"}, "only_reads"),
        ({"params": {"a": "{b}"}}, "no slots but in path"),
        ({"method": "POST", "only_reads": True, "body": {"format": "form", "content": {}}}, "json or xml"),
    ],
)
def test_words_that_do_not_fit_are_said(words, said):
    with pytest.raises((ConfigError, ValueError), match=said):
        CounterWords(**{**WORDS, **words})
