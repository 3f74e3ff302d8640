"""User, password, rights, sessions, faults and answers that are none."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import (
    AuthenticationError,
    SourceError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.sources.registry import choose_door, create_source


@pytest.mark.parametrize("form", ["401", "500", "200"])
def test_wrong_password_is_sent_once_and_never_again(open_domain, form):
    kit = open_domain(login_fault=form)
    got = kit.read("contacts", client=kit.make_wrong_client(), catch=SourceError)
    assert isinstance(got.error, AuthenticationError)
    assert "connection five9_default" in str(got.error)
    assert "each try with a wrong password brings the lock nearer" in str(got.error)
    assert "wrong" not in str(got.error).replace("is wrong", "").replace("wrong password", "")
    assert kit.fake.wrong_logins == 1


def test_wrong_password_is_sent_once_although_the_counters_are_asked_for_first(open_domain):
    kit = open_domain(rate_limits=True)
    client = kit.make_wrong_client(rate_limits=True)
    got = kit.read("contacts", client=client, catch=SourceError)
    assert isinstance(got.error, AuthenticationError)
    assert kit.fake.wrong_logins == 1


def test_wrong_password_is_sent_once_by_a_fetch_that_looks_at_the_clock(open_domain):
    kit = open_domain()
    entity = kit.source.entities["contacts"]
    source = create_source(kit.source, entity, client=kit.make_wrong_client())
    with pytest.raises(AuthenticationError):
        source.read_clock()
    assert kit.fake.wrong_logins == 1


def test_locked_user_fails_with_the_right_password_too(open_domain):
    kit = open_domain(lock_after=1, login_fault="500")
    kit.read("contacts", client=kit.make_wrong_client(), catch=SourceError)
    got = kit.read("contacts", catch=SourceError)
    assert isinstance(got.error, AuthenticationError)
    assert "User is locked" in str(got.error)


@pytest.mark.parametrize("status", ["500", "200", "mixed"])
@pytest.mark.parametrize("kind", ["server_error", "unavailable_fault", "concurrent"])
def test_fault_that_passes_is_asked_again_whatever_its_status(open_domain, kind, status):
    kit = open_domain()
    codes = {"mixed": ["500", "200"]}.get(status, [status, status])
    for skip, code in enumerate(codes):
        kit.fake.faults.add(kind, code=code, skip=skip)
    assert kit.read("contacts").ids == kit.everybody()


def test_missing_right_names_what_is_lacking_and_is_not_asked_again(open_domain):
    kit = open_domain(rights=frozenset({"counters"}))
    got = kit.read("contacts", catch=SourceError)
    assert isinstance(got.error, AuthenticationError)
    assert "AccessDisallowedFault: the user lacks the right to read this" in str(got.error)
    assert len(kit.operations()) == 1


@pytest.mark.parametrize("kind", ["session_closed", "already_logged_in"])
def test_session_clash_is_tried_once_more_without_cookies_and_then_fails(open_domain, kind):
    kit = open_domain()
    kit.fake.faults.add(kind, skip=1)
    assert kit.read("contacts").ids == kit.everybody()
    kit.fake.faults.add(kind, times=None)
    asked = len(kit.operations())
    got = kit.read("contacts", catch=SourceError)
    assert "another session with the same user ended ours" in str(got.error)
    assert len(kit.operations()) == asked + 2


def test_session_cookie_is_kept_and_dropped_after_a_clash(open_domain):
    kit = open_domain()
    kit.read("contacts")
    assert kit.fake.sessions == [None, "s-1", "s-2"]
    kit.fake.sessions.clear()
    kit.fake.faults.add("session_closed", skip=1)
    kit.read("contacts")
    assert kit.fake.sessions[1] is None, "the fault came in between"


@pytest.mark.parametrize("operation", ["getContactFields", "getListsInfo", "getContactRecords"])
def test_service_without_an_operation_is_one_sentence(open_domain, operation):
    kit = open_domain(lacking=frozenset({operation}))
    got = kit.read("contacts", catch=SourceError)
    assert isinstance(got.error, UnexpectedResponseError)
    assert "this version of the web service lacks the operation; see the extra version" in str(got.error)


def test_service_without_counters_is_read_at_its_own_pace(open_domain, caplog):
    kit = open_domain(lacking=frozenset({"getCallCountersState"}), rate_limits=True)
    assert kit.read("contacts", client=kit.make_client(rate_limits=True)).ids == kit.everybody()
    assert "five9 does not tell how many calls are left" in caplog.text


def test_web_page_in_place_of_xml_is_one_sentence(open_domain):
    kit = open_domain()
    kit.fake.faults.add("html_200", times=None)
    got = kit.read("contacts", catch=SourceError)
    assert isinstance(got.error, SourceUnavailableError)
    assert "a web page, so the host or path may be wrong, or a proxy answers" in str(got.error)


def test_wrong_version_is_one_sentence(open_domain):
    kit = open_domain()
    got = kit.read("contacts", client=kit.make_client(version="13"), catch=SourceError)
    assert "Five9 answered 404: no such address; the host must be that of the region" in str(got.error)


def test_version_of_the_connection_is_in_the_path(open_domain):
    kit = open_domain()
    kit.read("contacts", client=kit.make_client(version="v9_5"))
    assert {entry.path for entry in kit.fake.requests.entries("*")} == {"/wsadmin/v9_5/AdminWebService"}


@pytest.mark.parametrize("kind", ["half_xml", "doctype", "truncated_json", "cut_body", "connection_reset"])
def test_broken_answer_is_asked_again_and_never_an_empty_domain(open_domain, kind):
    kit = open_domain()
    kit.fake.faults.add(kind, skip=2)
    assert kit.read("contacts").ids == kit.everybody()
    kit.fake.faults.add(kind, times=None)
    got = kit.read("contacts", catch=SourceError)
    assert got.error is not None
    assert not got.is_whole


def test_answer_without_a_header_row_is_broken(open_domain):
    kit = open_domain()
    answer = kit.fake.answer

    def without_names(request):
        response = answer(request)
        response.body = response.body.replace(b"<fields>f9_contact_id</fields>", b"<fields>other</fields>")
        return response

    kit.fake.answer = without_names
    got = kit.read("contacts", catch=SourceError)
    assert "a header row without 'f9_contact_id', which the key is made from" in str(got.error)


def test_connection_check_asks_for_fields_and_contacts(open_domain):
    kit = open_domain()
    door = choose_door(kit.source, kit.source.entities["contacts"], kit.make_client())
    assert door.probe_key() is None
    assert door.probe(kit.source.entities["contacts"]) == "may be read"
    assert kit.operations() == ["getContactFields", "getContactRecords", "getListsInfo"]


def test_connection_check_says_that_lists_may_not_be_read(open_domain):
    kit = open_domain(rights=frozenset({"contacts"}))
    door = choose_door(kit.source, kit.source.entities["contacts"], kit.make_client())
    with pytest.raises(AuthenticationError, match="lacks the right to read this"):
        door.probe(kit.source.entities["contacts"])


def test_connection_check_sends_a_wrong_password_once(open_domain):
    kit = open_domain()
    wrong = kit.make_wrong_client()
    door = choose_door(kit.source, kit.source.entities["contacts"], wrong).in_haste()
    with pytest.raises(AuthenticationError):
        door.probe(kit.source.entities["contacts"])
    assert kit.fake.wrong_logins == 1


def test_pause_between_calls_and_timeout_are_the_connection_s(open_domain):
    kit = open_domain()
    client = kit.make_client(
        rate_limits=True, min_interval_s=2, timeout_s=7, version="v9_5", contact_timezone="UTC"
    )
    assert client.calls_per_s["default"] == 0.5
    assert client.transport._timeouts[1] == 7


def test_extras_of_the_page_are_known(open_domain, caplog):
    open_domain().make_client(min_interval_s=2, timeout_s=7, version="v13", contact_timezone="UTC")
    assert "is not known" not in caplog.text
