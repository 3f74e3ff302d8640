"""Arrivy fake: pages, windows, the lists of undated tasks, filters, what is ignored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from sandbox.arrivy import ArrivySandbox
from tests.sandbox.arrivy_caller import SMALL, ArrivyCaller
from tests.shipped import read_shipped

ALL = {"from_": "2000-01-01T00:00:00+00:00", "to": "2100-01-01T00:00:00+00:00"}


@pytest.fixture
def start() -> Iterator[Callable[..., ArrivyCaller]]:
    with ExitStack() as stack:
        yield lambda **settings: ArrivyCaller(
            stack.enter_context(ArrivySandbox(**{"counts": SMALL, "rate_limits": False, **settings}).serve())
        )


@pytest.fixture(scope="module")
def shared() -> Iterator[ArrivyCaller]:
    """An account that tests only read."""
    with ArrivySandbox(counts={**SMALL, "tasks": 1300, "groups": 230}, rate_limits=False).serve() as fake:
        yield ArrivyCaller(fake)


@pytest.mark.parametrize(("path", "default"), [("/tasks", 500), ("/groups", 100)], ids=["tasks", "groups"])
def test_list_is_a_bare_array_of_its_default_length(shared, path, default):
    answer = shared.get(path)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert isinstance(answer.json(), list)
    assert len(answer.json()) == default


def test_list_cuts_a_larger_page_to_its_most_without_a_word(shared):
    assert len(shared.get("/tasks", items_per_page=1000).json()) == 500
    assert len(shared.get("/tasks", page=2, items_per_page=1000).json()) == 500


@pytest.mark.parametrize("name", ["page_size", "per_page", "limit"])
def test_list_ignores_the_page_sizes_of_other_vendors(shared, name):
    assert len(shared.get("/tasks", **{name: 3}).json()) == 500


def test_list_ignores_parameters_that_it_does_not_know(shared):
    asked = {
        "updated_after": "2099-01-01",
        "last_sync": "x",
        "start_date": "2099-01-01",
        "order_by": "CREATED",
    }
    assert shared.walk("/tasks", **asked) == shared.walk("/tasks")


@pytest.mark.parametrize("kind", ["tasks", "bookings", "customers", "entities", "groups"])
def test_list_ends_on_an_empty_page_after_a_short_one(shared, kind):
    ids = shared.walk(f"/{kind}", items_per_page=47)
    assert len(ids) == len(set(ids))
    last = len(ids) // 47 + 1
    assert len(shared.get(f"/{kind}", page=last, items_per_page=47).json()) == len(ids) % 47 > 0
    answer = shared.get(f"/{kind}", page=last + 1, items_per_page=47)
    assert (answer.status_code, answer.text) == (200, "[]")


def test_three_lists_of_tasks_together_are_all_of_them(shared):
    dated = set(shared.walk("/tasks", **ALL))
    unscheduled = set(shared.walk("/tasks", unscheduled="true"))
    undated = set(shared.walk("/tasks", tasks_with_no_datetime="true"))
    assert dated | unscheduled | undated == set(shared.fake.store.tables["tasks"].ids)
    assert not dated & (unscheduled | undated)
    # none of the three can be left out
    assert unscheduled - undated
    assert undated - unscheduled
    assert unscheduled & undated


def test_window_is_of_the_planned_start_and_holds_both_ends(start):
    caller = start(counts={"groups": 1})
    times = ["2025-05-01T06:59:59", "2025-05-01T07:00:00", "2025-05-31T00:00:00", "2025-05-31T00:00:01"]
    for number, at in enumerate(times, start=1):
        caller.fake.changes.create("tasks", {"start_datetime": at}, id=number)
    found = caller.walk("/tasks", from_="2025-05-01T00:00:00-07:00", to="2025-05-31T00:00:00+00:00")
    assert sorted(found) == [2, 3]


def test_window_does_not_hold_a_task_that_only_changed_in_it(start):
    caller = start()
    caller.fake.changes.create("tasks", {"start_datetime": "2024-05-01T00:00:00"}, id=1)
    caller.fake.changes.update("tasks", 1, {"details": "changed today"})
    today = caller.fake.clock.now().strftime("%Y-%m-%dT00:00:00+00:00")
    assert 1 not in caller.walk("/tasks", from_=today, to="2100-01-01T00:00:00+00:00")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=2025-05-01T00:00:00%2B00:00", 200),
        ("from=2025-05-01T00:00:00Z", 200),
        ("from=2025-05-01T00:00:00-07:00", 200),
        ("from=2025-05-01T00:00:00%252B00:00", 400),
        ("from=2025-05-01T00:00:00+00:00", 400),
        ("from=2025-05-01", 400),
        ("from=2025-05-01T00:00:00", 400),
        ("to=2025-13-01T00:00:00Z", 400),
        ("page=0", 400),
        ("page=two", 400),
    ],
    ids=[
        "encoded once",
        "zulu",
        "minus",
        "twice",
        "raw plus",
        "day",
        "naive",
        "no such month",
        "zero",
        "word",
    ],
)
def test_list_reads_times_with_an_offset_that_is_encoded_once(shared, query, status):
    answer = shared.get_raw(f"/tasks?{query}")
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["message"] == "INVALID_VALUE"
        assert answer.json()["description"].startswith(query.partition("=")[0])


def test_tasks_are_filtered_by_customer_entity_and_external_id(shared):
    fields = next(
        f for f in shared.fake.store.fields("tasks") if f.get("entity_ids") and f.get("external_id")
    )
    for name, value in (
        ("external_id", fields["external_id"]),
        ("customer_id", fields["customer_id"]),
        ("entity_id", fields["entity_ids"][0]),
    ):
        lists = [{}, {"unscheduled": "true"}, {"tasks_with_no_datetime": "true"}]
        found = [one for more in lists for one in shared.walk("/tasks", **{name: value}, **more)]
        assert int(fields["id"]) in found
        assert len(found) < 100


@pytest.mark.parametrize("kind", ["entities", "bookings"])
def test_list_that_ignores_page_sends_the_same_array_for_ever(start, kind):
    caller = start(ignores_page=frozenset({kind}))
    pages = [caller.get(f"/{kind}", page=page, items_per_page=7).json() for page in (1, 2, 99)]
    assert pages[0] == pages[1] == pages[2]
    assert len(pages[0]) > 40


def test_bookings_that_ignore_the_window_answer_everything(start):
    caller = start(ignores_window=frozenset({"bookings"}))
    assert len(caller.walk("/bookings", from_="2001-01-01T00:00:00Z", to="2001-02-01T00:00:00Z")) == 60


def test_statuses_are_one_answer_whatever_page_is_asked_for(shared):
    assert shared.get("/statuses").json() == shared.get("/statuses", page=2).json()
    assert {one.get("is_active") for one in shared.get("/statuses").json()} == {True, False}


@pytest.mark.parametrize(
    ("envelope", "key"), [("results", "results"), ("named", "entities")], ids=["results", "named"]
)
def test_list_in_an_envelope_holds_the_same_records(start, envelope, key):
    plain, wrapped = (start(envelope=one).get("/entities").json() for one in ("array", envelope))
    assert wrapped[key] == plain


def test_answer_has_every_field_of_the_field_table_somewhere(shared):

    for name, entity in read_shipped("arrivy").entities.items():
        sent: set[str] = set()
        for fields in shared.fake.store.fields(name):
            sent |= fields.keys()
        known = {path for f in entity.fields.items() for path in _paths(*f)}
        assert len(known & sent) > len(known) * 0.6, f"{name}: {sorted(known - sent)}"
        assert {"id"} <= sent


def _paths(name: str, field: Any) -> list[str]:
    paths = field.source or name
    return [path.partition(".")[0] for path in ([paths] if isinstance(paths, str) else paths)]
