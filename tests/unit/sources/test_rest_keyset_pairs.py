"""Lists in the order of a time and then an id: positions, links between them, and bounds around them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from crm_sync.config.slots import parse_template
from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.sources.rest.slots import SlotValues
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity, run

SINCE = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
FILTER = "[?at ge {since:iso_z}?][+ and +][?(at gt {at} or (at eq {at} and id gt {after:quoted}))?]"
PASS = {"name": "all", "path": "/things", "records_path": "rows", "params": {"filter": FILTER}}
PAIRS = {"style": "keyset", "by_path": "at", "next_path": "next", "end": "short"}


def rows(*pairs, **more):
    return {"rows": [{"at": at, "id": one} for at, one in pairs], **more}


def answer_in_turn(*answers):
    left = list(answers)
    # the last one comes as often as it is asked for
    return AnsweringClient(lambda _: left.pop(0) if len(left) > 1 else left[0])


def test_position_is_a_time_and_an_id_and_the_bound_stays_around_it():
    client = answer_in_turn(rows(("t1", "b"), ("t2", "a")), rows(("t2", "b"), ("t2", "c")), rows())
    records, _, _ = run(client, SINCE, passes=[PASS], paging=PAIRS)
    assert [(one["at"], one["id"]) for one in records] == [("t1", "b"), ("t2", "a"), ("t2", "b"), ("t2", "c")]
    bound = "at ge 2026-03-01T08:30:00Z"
    assert [one.params["filter"] for one in client.requests[:3]] == [
        bound,
        f"{bound} and (at gt t2 or (at eq t2 and id gt 'a'))",
        f"{bound} and (at gt t2 or (at eq t2 and id gt 'c'))",
    ]


def test_full_read_has_no_filter_on_its_first_page():
    client = answer_in_turn(rows(("t1", "a"), ("t1", "b")), rows(("t3", "a")))
    run(client, passes=[PASS], paging=PAIRS)
    assert "filter" not in client.requests[0].params
    assert client.requests[1].params["filter"] == "(at gt t1 or (at eq t1 and id gt 'b'))"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((("t2", "a"), ("t1", "b")), ()),
        ((("t1", "b"), ("t1", "a")), ()),
        ((("t2", "b"),) * 2, (("t1", "c"),)),
    ],
    ids=["times_fall", "ids_fall", "earlier_page"],
)
def test_another_order_is_an_error(first, second):
    client = answer_in_turn(rows(*first), *[rows(*second)] * 3)
    with pytest.raises(UnexpectedResponseError, match="'at' and 'id' must increase"):
        run(client, passes=[PASS], paging=PAIRS)


def test_order_of_ids_may_be_the_sources_own():
    client = answer_in_turn(rows(("t1", "b"), ("t1", "A")), rows(("t1", "C"), ("t2", "a")), rows())
    records, _, _ = run(client, passes=[PASS], paging={**PAIRS, "ids": "any"})
    assert len(records) == 4


def test_a_source_that_does_not_heed_the_position_is_an_error_for_ids_in_any_order_too():
    client = AnsweringClient(lambda _: rows(("t1", "b"), ("t1", "a")))
    with pytest.raises(PaginationLoopError, match="no record after t1 a"):
        run(client, passes=[PASS], paging={**PAIRS, "ids": "any"})


def test_a_link_is_followed_before_ids_and_makes_a_short_page_no_end():
    client = answer_in_turn(
        rows(("t1", "a"), ("t1", "b")),
        rows(("t2", "a"), next="/things?token=x"),
        rows(("t3", "a")),
        rows(("t4", "a")),
    )
    records, _, _ = run(client, passes=[PASS], paging=PAIRS)
    assert len(records) == 5
    assert client.requests[2].query == "token=x"
    assert "filter" not in client.requests[2].params
    # a link's page is no end by its length: it may be the rest of what was asked for
    assert client.requests[3].params["filter"] == "(at gt t3 or (at eq t3 and id gt 'a'))"


def test_records_without_the_time_come_and_a_page_of_them_alone_is_no_end():
    client = answer_in_turn(rows((None, "a"), ("t1", "b")), rows(("t2", "a")))
    assert len(run(client, passes=[PASS], paging=PAIRS)[0]) == 3
    client = AnsweringClient(lambda _: rows((None, "a"), (None, "b")))
    with pytest.raises(UnexpectedResponseError, match="no record of a page has an 'at' and an 'id'"):
        run(client, passes=[PASS], paging=PAIRS)


@pytest.mark.parametrize(
    ("params", "paging"),
    [
        ({"filter": "id gt {after}"}, PAIRS),
        ({"filter": "at gt {at}"}, PAIRS),
        ({"filter": "{at} {after}"}, {**PAIRS, "by_path": ""}),
    ],
    ids=["no_at", "no_after", "at_alone"],
)
def test_slots_and_words_have_to_fit(params, paging):
    with pytest.raises(ValidationError, match=r"the slots \{at\} and \{after\} where, and only where"):
        make_entity(passes=[{**PASS, "params": params}], paging=paging)


def test_lists_of_parents_have_no_slots_for_pairs():
    parents = {"name": "team", "path": "/teams", "records_path": "rows"}
    with pytest.raises(ValidationError, match=r"read\.parents\.paging: expected paging without by_path"):
        make_entity(passes=[PASS], paging=PAIRS, parents=parents)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, None),
        ({"a": "1"}, "1"),
        ({"b": "2"}, "2"),
        ({"c": "3"}, "3"),
        ({"a": "1", "c": "3"}, "1; 3"),
        ({"a": "1", "b": "2", "c": "3"}, "1 and 2; 3"),
    ],
)
def test_joints_stand_between_pieces_that_are_there(values, expected):
    assert SlotValues(values).fill_text("[?{a}?][+ and +][?{b}?][+; +][?{c}?]") == expected


def test_text_without_pieces_is_a_value_and_empty():
    assert SlotValues({}).fill_text("") == ""
    assert parse_template("[+ and +]").needed == frozenset()
