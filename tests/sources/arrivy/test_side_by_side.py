"""Several pages at once: in order, under one limit, and a failed page is never the end."""

from __future__ import annotations

import threading

import pytest

from crm_sync.exceptions import SourceUnavailableError


class CountingBudget:
    """Lets everything go and remembers from how many threads it was asked."""

    def __init__(self):
        self.taken = 0
        self.threads = set()
        self._lock = threading.Lock()

    def take(self, endpoint_class):
        with self._lock:
            self.taken += 1
            self.threads.add(threading.get_ident())
        return 0.0

    def block(self, endpoint_class, until_s):
        pass


@pytest.mark.parametrize(
    ("options", "at_once"),
    [
        ({}, 1),
        ({"concurrent_pages": 1, "high_performance": False}, 1),
        ({"concurrent_pages": 4}, 4),
        ({"high_performance": True}, 3),
        ({"concurrent_pages": 1, "high_performance": True}, 3),
        ({"concurrent_pages": 5, "high_performance": True}, 5),
    ],
    ids=["nothing", "defaults", "four", "fast", "fast with the default", "five and fast"],
)
def test_flags_say_how_many_pages_are_asked_for_at_once(open_account, options, at_once):
    kit = open_account(most_items=3, latency_ms=5)
    budget = CountingBudget()
    result = kit.read("customers", own_options=options, client=kit.make_client(budget=budget))
    assert result.ids == kit.stored_ids("customers")
    assert len(budget.threads) == at_once
    # 27 pages and the empty one, and at most those behind it
    assert 28 <= len(kit.asked("/customers")) <= 28 + at_once - 1


def test_pages_at_once_come_in_the_order_of_the_list(open_account):
    kit = open_account(most_items=5, latency_ms=3)
    kit.fake.faults.add("slow", "/api/customers", every=3, times=None, delay_s=0.03)
    in_turn, at_once = (kit.read("customers", own_options={"concurrent_pages": n}) for n in (1, 6))
    assert [one["id"] for one in at_once.records] == [one["id"] for one in in_turn.records]
    assert [page.cursor for page in at_once.pages] == [page.cursor for page in in_turn.pages]


def test_pages_at_once_ask_one_budget_for_each_request(open_account):
    kit = open_account(most_items=20)
    budget = CountingBudget()
    kit.read("tasks", own_options={"concurrent_pages": 4}, client=kit.make_client(budget=budget))
    assert budget.taken == len(kit.fake.requests)


@pytest.mark.parametrize("pages", [1, 4], ids=["in turn", "at once"])
@pytest.mark.parametrize(
    "fault", ["unavailable", "html_200", "truncated_json", "connection_reset", "server_error"]
)
def test_failed_page_is_an_error_and_never_the_end(open_account, fault, pages):
    kit = open_account(most_items=10)
    kit.fake.faults.add(fault, "/api/customers", skip=3, times=None)
    result = kit.read("customers", own_options={"concurrent_pages": pages}, catch=SourceUnavailableError)
    assert result.error is not None
    assert not result.is_whole
    assert len(result.records) <= 30
    assert all(cursor is not None for cursor in result.cursors.values())


def test_failed_page_in_the_middle_hands_on_those_before_it_and_a_retry_has_the_rest(open_account):
    kit = open_account(most_items=10)
    answer = kit.fake.answer

    def refuse_page_three(request):
        request_is_third = request.path == "/api/customers" and request.param("page") == "3"
        from sandbox.frame.messages import html_response

        return html_response(502, "502 Bad Gateway") if request_is_third else answer(request)

    kit.fake.answer = refuse_page_three
    first = kit.read("customers", own_options={"concurrent_pages": 4}, catch=SourceUnavailableError)
    assert first.error is not None
    assert (len(first.records), first.cursors) == (
        20,
        {"customers": {"token": "3", "size": kit.entity("customers").page_size}},
    )
    kit.fake.answer = answer
    second = kit.read("customers", own_options={"concurrent_pages": 4}, cursors=first.cursors)
    assert sorted(first.ids + second.ids) == kit.stored_ids("customers")
    assert second.cursors == {"customers": None}


@pytest.mark.parametrize("pages", [1, 4], ids=["in turn", "at once"])
def test_page_that_fails_and_heals_loses_and_doubles_nothing(open_account, pages):
    kit = open_account(most_items=10)
    plan = kit.fake.faults.add("unavailable", "/api/customers", skip=2, times=2)
    result = kit.read("customers", own_options={"concurrent_pages": pages})
    assert plan.fired == 2
    assert result.ids == kit.stored_ids("customers")


@pytest.mark.parametrize("stop_after", [1, 5, 12, 20])
def test_read_that_was_cut_off_resumes_after_its_last_page(open_account, stop_after):
    kit = open_account(most_items=20)
    options = {"concurrent_pages": 3}
    first = kit.read("tasks", stop_after=stop_after, own_options=options)
    kit.fake.requests.clear()
    second = kit.read("tasks", cursors=first.cursors, own_options=options)
    whole = kit.read("tasks")
    assert sorted(first.ids + second.ids) == whole.ids
    done = sum(cursor is None for cursor in first.cursors.values())
    assert done or stop_after == 1
    assert second.is_whole
