"""What is stored of a list means one thing; anything else is read anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crm_sync.config.paging import OffsetPaging
from crm_sync.sources.jobs.position import JobPosition, write_cut
from crm_sync.sources.rest.position import Position
from tests.unit.sources.rest_list_support import AnsweringClient, run

PAGES = OffsetPaging(style="offset", counts="pages", param="page", first=1)
RECORDS = OffsetPaging(style="offset", counts="records", param="skip")
A_JOB = JobPosition.begin(1, datetime(2026, 3, 1, tzinfo=UTC)).name_job("j")
FOREIGN = {
    "page and size": {"page": "3", "size": 2},
    "walk around a position": {"walk": 2, "at": {"page": "3", "size": 2}},
    "position around a bookmark": {"at": "7", "bookmark": "6", "passed": False},
    "another type": {"token": 7},
    "a list": ["7"],
    "a job": A_JOB.to_cursor(),
    "a part in two halves": write_cut(datetime(2026, 3, 1, tzinfo=UTC)),
}


@pytest.mark.parametrize(
    "position",
    [
        Position(),
        Position(is_over=True),
        Position(token="7", size=2, read=0, walk=3),
        Position(is_over=True, bookmark="6", is_passed=False),
        Position(is_over=True, doubt="why"),
        Position(is_over=True, skipped="off"),
    ],
    ids=repr,
)
def test_position_is_read_as_it_was_written(position):
    assert Position.from_cursor(json.loads(json.dumps(position.to_cursor()))) == position


def test_end_with_nothing_else_to_say_is_null():
    assert Position(walk=3, is_over=True).to_cursor() is None


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_position_is_not_believed(name):
    assert Position.from_cursor(FOREIGN[name]) is None


def test_text_is_a_token_alone():
    assert Position.from_cursor("t") == Position(token="t")


@pytest.mark.parametrize(
    ("paging", "position", "expected"),
    [
        (PAGES, Position(token="4", size=2), Position(token="4", size=2)),
        (PAGES, Position(token="4", size=10, walk=2), Position(walk=2)),
        (PAGES, Position(token="4"), Position()),
        (RECORDS, Position(token="4", size=2, read=4), Position()),
        (RECORDS, Position(token="4", read=4), Position(token="4", read=4)),
    ],
    ids=["same", "other-size", "no-size", "records-now", "records"],
)
def test_number_of_a_page_is_believed_at_its_size_only(paging, position, expected):
    assert position.fit(paging, 2) == expected


@pytest.mark.parametrize("name", FOREIGN)
def test_part_with_a_foreign_position_is_read_from_its_start(name, caplog):
    """A job's token is no page's: a list whose YAML has lost its `job` must not ask for that page."""
    client = AnsweringClient(lambda _: {"items": [{"id": 1}]})
    one = {"name": "all", "path": "/things", "records_path": "items"}
    paging = {"style": "cursor", "param": "after", "next_path": "next"}
    records, cursors, _ = run(client, cursors={"all": FOREIGN[name]}, passes=[one], paging=paging)
    assert (len(records), cursors) == (1, {"all": None})
    assert ["after" in one.params for one in client.requests] == [False]
    assert "read anew" in caplog.text


@pytest.mark.parametrize("cursor", [None, "t", {"token": "t"}, {"is_over": True}, FOREIGN["page and size"]])
def test_position_of_a_list_is_no_job(cursor):
    assert JobPosition.from_cursor(cursor) is None
    assert JobPosition.from_cursor(A_JOB.to_cursor()) == A_JOB
