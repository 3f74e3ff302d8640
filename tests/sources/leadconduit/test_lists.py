"""How LeadConduit's log is asked for, and what its order, its pages and its times do to naive readers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.exceptions import SourceError, UnexpectedResponseError

DAY = timedelta(days=1)


def midnight(kit, days_ago):
    """The first moment of a day, in milliseconds."""
    day = datetime.combine(kit.now().date() - days_ago * DAY, datetime.min.time(), UTC)
    return int(day.timestamp() * 1000)


def test_each_page_is_asked_for_in_ascending_order_with_its_size(kit):
    """Without these, the newest hundred come, and `after_id` gives them again."""
    kit.read("leads")
    assert {(one["sort"], one["limit"]) for one in kit.asked()} == {("asc", "1000")}


def test_full_read_gives_every_lead_once_and_nothing_else(kit):
    result = kit.read("leads", page_size=50)
    assert result.ids == kit.sources()
    assert {record["type"] for record in result.records} == {"source"}


def test_events_that_come_newest_first_are_an_error_and_no_end(kit):
    kit.fake.faults.add("wrong_order", "/events", times=None)
    with pytest.raises(UnexpectedResponseError, match="'id' must increase"):
        kit.read("leads")


def test_after_id_that_has_no_effect_is_an_error_and_no_end(kit):
    kit.fake.faults.add("repeated_token", "/events", times=None, skip=2)
    with pytest.raises(SourceError):
        kit.read("leads", page_size=20)


def test_source_that_gives_fewer_than_asked_for_is_read_to_its_end(open_account):
    """A cap that nobody documented: the pages that come count, not the size that was asked for."""
    kit = open_account()
    answer = kit.fake.answer

    def cap(request):
        if request.param("limit") == "1000":
            request.query["limit"] = ["100"]
        return answer(request)

    kit.fake.answer = cap
    assert kit.read("leads").ids == kit.sources()


def test_pages_without_a_lead_are_not_the_end(kit):
    lead = kit.fake.changes.create(at_ms=kit.ago_ms(hours=1))
    for second in range(40):
        kit.fake.changes.create("events", at_ms=kit.ago_ms(minutes=50, seconds=-second))
    last = kit.fake.changes.create(at_ms=kit.ago_ms(minutes=40))
    result = kit.read("leads", since=kit.now() - timedelta(hours=2), page_size=7)
    assert {lead, last} <= set(result.ids)
    assert [page.records for page in result.pages].count(0) >= 4


def test_events_of_other_and_unknown_types_are_counted_and_left_out(kit, caplog):
    caplog.set_level("INFO", logger="crm_sync")
    kit.fake.changes.create("events", {"type": "some-future-type"}, at_ms=kit.ago_ms(hours=1))
    result = kit.read("leads")
    others = len(kit.fake.store.events) - len(kit.sources())
    assert result.facts["left_out"] == others
    assert f"{others:,} records that came are not wanted" in caplog.text


def test_leads_over_midnight_are_read_once_in_windows_of_days(kit):
    """Submitted before midnight, written after it: a day that is told by the submission loses them."""
    days = kit.entity(
        "leads", read={"windows": {**kit.entity("leads").read.windows.model_dump(), "longest": 86_400}}
    )
    leads = [kit.fake.store.get(one) for one in kit.sources()]
    straddling = [
        one for one in leads if one["start_timestamp"] // 86_400_000 != one["end_timestamp"] // 86_400_000
    ]
    assert len(straddling) >= 3
    result = kit.read(days)
    assert sorted(set(result.ids)) == kit.sources()
    assert len(kit.asked()) >= 90


@pytest.mark.parametrize("longest", ["month", 86_400], ids=["months", "days"])
def test_last_second_of_a_day_and_the_midnight_after_it_are_read(kit, longest):
    """Both bounds are included, so what lies on one comes in both windows and is one row."""
    at = midnight(kit, 3)
    new = [kit.fake.changes.create(at_ms=at + ms) for ms in (-1000, -1, 0, 1, 999)]
    windows = {**kit.entity("leads").read.windows.model_dump(), "longest": longest}
    result = kit.read(kit.entity("leads", read={"windows": windows}))
    assert set(new) <= set(result.ids)
    assert len(result.rows) == len(kit.sources())


def test_full_read_begins_at_the_oldest_day_that_is_kept(kit):
    """Not seven days ago, as once."""
    kit.read("leads")
    first = min(one["start"] for one in kit.asked())
    assert first == ((kit.now() - timedelta(seconds=60)).date() - 90 * DAY).isoformat() + "T00:00:00+00:00"
    assert max(one["end"] for one in kit.asked()) > kit.now().isoformat()


def test_expired_events_are_not_shown_and_not_asked_for(open_account):
    kit = open_account(history_s=120 * 86_400)
    result = kit.read("leads")
    assert 0 < len(result.ids) < len(kit.sources())


def test_delta_asks_from_the_day_of_its_bound_on(kit):
    since = kit.now() - timedelta(days=3)
    kit.read("leads", since=since)
    assert min(one["start"] for one in kit.asked()) == since.date().isoformat() + "T00:00:00+00:00"


def test_time_filter_that_has_no_effect_leaves_a_doubt(kit):
    answer = kit.fake.answer

    def ignore(request):
        request.query.pop("start", None)
        request.query.pop("end", None)
        return answer(request)

    kit.fake.answer = ignore
    result = kit.read("leads", since=kit.now() - timedelta(hours=1))
    assert "the source seems to ignore the dates" in result.reason


def test_page_size_of_the_connection_is_asked_for(kit):
    kit.read("leads", client=kit.make_client(limit="25"))
    assert {one["limit"] for one in kit.queries("/events")} == {"25"}


def test_only_events_are_asked_for_and_as_json(kit):
    answer, seen = kit.fake.answer, []

    def note(request):
        seen.append((request.method, request.path, request.header(b"accept")))
        return answer(request)

    kit.fake.answer = note
    kit.read("leads")
    assert set(seen) == {("GET", "/events", "application/json")}
