"""What CallRail's lists do to naive readers, beside what the other files here show."""

from __future__ import annotations

from datetime import timedelta

import pytest


def _ms(moment):
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("answered", "voicemail"),
    [(True, True), (True, False), (False, False)],
    ids=["voicemail", "person", "missed"],
)
def test_voicemail_is_told_from_a_person_by_its_own_column(kit, answered, voicemail):
    """A call that went to voicemail counts as answered at CallRail."""
    call = kit.stored_ids("calls")[0]
    kit.fake.changes.update("calls", call, {"answered": answered, "voicemail": voicemail})
    rows = {
        row[0]: row[1:] for row in kit.transform("calls").typed.select("id", "answered", "voicemail").rows()
    }
    assert rows[call] == (answered, voicemail)


def _change_before_second_page(kit, change):
    """Do something once, when the second page of calls or conversations is asked for."""
    answer, done = kit.fake.answer, []

    def wrapped(request):
        is_second = request.param("offset") == "1" or request.param("page") == "2"
        if is_second and not done:
            done.append(change())
        return answer(request)

    kit.fake.answer = wrapped
    return done


def test_call_hidden_while_the_list_is_read_costs_one_neighbour_until_the_next_delta(open_account):
    """Pages are counted: what vanishes in front of them pulls the rest forward."""
    kit = open_account(counts={"calls": 0}, accounts=1)
    now = kit.now()
    calls = [
        kit.fake.changes.create("calls", at_ms=_ms(now - timedelta(minutes=m))) for m in range(60, 30, -1)
    ]
    done = _change_before_second_page(kit, lambda: kit.fake.changes.mark_spam(calls[0]))
    first = kit.read("calls", since=now - timedelta(hours=1), page_size=10)
    assert done
    assert set(calls) - set(first.ids) <= {calls[10]}
    assert not first.is_whole, "and nothing is taken as deleted"
    assert kit.read("calls", since=now).ids == sorted(calls[1:])


def test_conversation_that_moves_while_the_list_is_read_arrives_by_the_next_delta(open_account):
    """The list's own order is newest first: a new message moves its conversation to a page that is read."""
    kit = open_account(counts={"text_messages": 0}, accounts=1)
    now = kit.now()
    ids = [
        kit.fake.changes.create("text_messages", at_ms=_ms(now - timedelta(minutes=m)))
        for m in range(60, 30, -1)
    ]
    done = _change_before_second_page(
        kit, lambda: kit.fake.changes.add_message(ids[0], "Still there?", at_ms=_ms(kit.now()))
    )
    first = kit.read("text_messages", since=now - timedelta(hours=1), page_size=10)
    second = kit.read("text_messages", since=now)
    assert done
    assert set(ids[1:]) <= set(first.ids)
    (moved,) = [one for one in second.records if one["id"] == ids[0]]
    assert moved["recent_messages"][-1]["content"] == "Still there?"
    assert second.ids == sorted(ids)


def test_names_of_other_peoples_references_are_asked_for_nowhere(kit):
    """Generated texts about the API name paths below a company, `text_messages`, parameters that are none."""
    for sync_type in kit.source.entities:
        kit.read(sync_type, since=kit.now())
    entries = kit.fake.requests.entries("*")
    assert {entry.status for entry in entries} == {200}
    assert not [
        entry.path for entry in entries if "/companies/" in entry.path or "text_messages" in entry.path
    ]
    asked = {name for query in kit.queries("*") for name in query}
    assert not asked & {"answered", "source", "sorting", "start_time", "modified_since", "updated_since"}
