"""What CallRail may answer instead of a list: refusals, features that are off, pages that lead nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm_sync.exceptions import (
    AuthenticationError,
    FatalSourceError,
    PaginationLoopError,
    SourceError,
    UnexpectedResponseError,
)

LISTS = {
    "accounts": "/v3/a.json",
    "companies": "*/companies.json",
    "calls": "*/calls.json",
    "trackers": "*/trackers.json",
    "form_submissions": "*/form_submissions.json",
    "text_messages": "*/text-messages.json",
    "tags": "*/tags.json",
    "users": "*/users.json",
}


@pytest.mark.parametrize("as_text", [True, False], ids=["text", "JSON"])
def test_unknown_key_stops_at_once_and_is_named_by_its_connection(open_account, as_text):
    kit = open_account(unauthorized_as_text=as_text)
    with pytest.raises(AuthenticationError, match="API key") as caught:
        kit.read("calls", client=kit.make_client(password="unknown"))
    assert "callrail_default" in str(caught.value)
    assert "unknown" not in str(caught.value)
    assert len(kit.fake.requests) == 1


def test_forms_of_an_account_without_form_tracking_are_skipped_with_a_warning(open_account, caplog):
    kit = open_account(forms_off=(0,))
    result = kit.read("form_submissions")
    off, on = kit.fake.store.ids("accounts")
    assert {record["_account_id"] for record in result.records} == {on}
    assert (result.reason, result.is_whole) == (None, False)
    assert result.facts["skipped"] == {
        f"{off}/form_submissions": "no company of the account has Form Tracking on"
    }
    assert "Form Tracking" in caplog.text
    # one answer says it for all months
    assert len(kit.fake.requests.entries(f"*/{off}/form_submissions.json")) == 1


def test_forms_that_were_off_are_read_from_the_start_once_they_are_on(open_account):
    kit = open_account(forms_off=(0, 1))
    before = kit.read("form_submissions")
    account = kit.fake.store.ids("accounts")[0]
    old = round((kit.now() - timedelta(days=300)).timestamp() * 1000)
    kit.fake.changes.set_forms(account, is_on=True)
    form = kit.fake.changes.create("form_submissions", account=account, at_ms=old)
    after = kit.read(
        "form_submissions", since=kit.now() - timedelta(hours=1), known_walks=tuple(before.facts["walks"])
    )
    assert (before.ids, after.ids) == ([], [form])


@pytest.mark.parametrize("sync_type", [name for name in LISTS if name != "form_submissions"])
def test_403_of_any_other_list_fails_it(kit, sync_type):
    kit.fake.faults.add("missing_scope", LISTS[sync_type], times=None)
    with pytest.raises(AuthenticationError, match="403"):
        kit.read(sync_type)


@pytest.mark.parametrize("code", [403, 404])
def test_account_that_refuses_its_calls_holds_no_other_up(kit, code):
    refusing, *others = kit.fake.store.ids("accounts")
    path = f"*/{refusing}/calls.json"
    kit.fake.faults.add("status", path, code=code, body='{"error": "no"}', times=None)
    result = kit.read("calls")
    assert {record["_account_id"] for record in result.records} == set(others)
    assert list(result.facts["refused"]) == [f"{refusing}/calls"]
    assert result.facts["walks"] == [f"{one}/calls" for one in others]
    # asked once, not once a month
    assert len(kit.fake.requests.entries(path)) == 1


@pytest.mark.parametrize("sync_type", LISTS)
def test_404_is_a_wrong_path_and_never_a_feature_that_is_off(kit, sync_type):
    kit.fake.faults.add("status", LISTS[sync_type], code=404, body='{"error": "Not Found"}', times=None)
    with pytest.raises(UnexpectedResponseError, match="404"):
        kit.read(sync_type)


def test_pinned_account_that_does_not_exist_is_an_error(kit):
    with pytest.raises(UnexpectedResponseError, match="account_id"):
        kit.read("calls", client=kit.make_client(account_id="ACCunknown"))


@pytest.mark.parametrize("status", [400, 422])
def test_window_past_the_retention_is_an_error_in_callrails_words(open_account, status):
    kit = open_account(retention_status=status)
    entity = kit.entity("calls")
    windows = entity.read.windows.model_copy(update={"retention_days": 900})
    with pytest.raises(UnexpectedResponseError, match="narrower") as caught:
        kit.read(kit.entity("calls", {"windows": windows}))
    assert caught.value.status_code == status


def test_account_that_does_not_know_relative_pages_is_an_error_and_not_its_first_page(open_account):
    kit = open_account(offers_relative=False)
    with pytest.raises(PaginationLoopError, match="same page"):
        kit.read("calls", page_size=5)


@pytest.mark.parametrize("sync_type", ["calls", "users", "companies"])
def test_page_that_comes_again_is_asked_for_again_and_costs_no_record(short_kit, sync_type):
    # the oldest months of calls are empty
    short_kit.fake.faults.add("repeated_token", LISTS[sync_type], skip=3 if sync_type == "calls" else 0)
    assert set(short_kit.read(sync_type, page_size=2).ids) == set(short_kit.stored_ids(sync_type))


@pytest.mark.parametrize("sync_type", ["calls", "companies", "form_submissions"])
def test_empty_page_that_claims_more_is_not_the_end(short_kit, sync_type):
    short_kit.fake.faults.add("empty_page", LISTS[sync_type], skip=1)
    assert short_kit.read(sync_type, page_size=2).ids == short_kit.stored_ids(sync_type)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("rate_limited", {}),
        ("rate_limited", {"retry_after_s": 90}),
        ("rate_limited", {"retry_after_s": 90, "retry_after_form": "date"}),
        ("server_error", {}),
        ("maintenance", {}),
        ("bad_gateway", {}),
        ("error_in_200", {}),
        ("html_200", {}),
        ("missing_key", {}),
        ("truncated_json", {}),
        ("connection_reset", {}),
    ],
)
def test_answer_that_passes_loses_nothing(short_kit, kind, options):
    planned = short_kit.fake.faults.add(kind, "*/calls.json", skip=1, **options)
    assert short_kit.read("calls").ids == short_kit.stored_ids("calls")
    assert planned.fired == 1


def test_429_without_a_hint_waits_minutes_rather_than_seconds(kit):
    kit.fake.faults.add("rate_limited", "*/calls.json")
    kit.read("calls")
    assert 60 <= kit.skipped_s <= 300


def test_429_that_does_not_end_leaves_the_run_incomplete_with_the_reason(kit):
    """A day's limit answers with the same words as an hour's."""
    kit.fake.faults.add("rate_limited", "*/calls.json", skip=30, times=None, retry_after_s=1800)
    result = kit.read("calls")
    assert "rate limit" in (result.reason or "")
    assert not result.is_whole
    # what was read before stays read, and a later run goes on from there
    assert 0 < len(result.ids) < len(kit.stored_ids("calls"))
    assert kit.skipped_s <= kit.source.rest.max_wait_s


@pytest.mark.parametrize("kind", ["error_in_200", "html_200", "missing_key", "truncated_json"])
@pytest.mark.parametrize("sync_type", ["calls", "users", "accounts"])
def test_answer_that_stays_wrong_is_an_error_and_no_empty_list(kit, sync_type, kind):
    kit.fake.faults.add(kind, LISTS[sync_type], times=None)
    with pytest.raises(SourceError, match="status 200"):
        kit.read(sync_type)


def test_redirect_to_another_host_is_not_followed_since_the_key_would_travel(kit):
    kit.fake.faults.add("redirect", "*/users.json", location="http://127.0.0.1:1/v3/a.json", times=None)
    with pytest.raises(FatalSourceError, match="another host"):
        kit.read("users")


def test_limits_are_those_of_an_hour_and_a_day(kit):
    limits = kit.source.rest.rate_limits
    assert limits.keys() == {"default"}
    limit = limits["default"]
    assert (limit.requests, limit.per_s, limit.per_day) == (1_000, 3_600, 10_000)


def test_every_request_carries_the_quoted_token_and_a_name(kit, monkeypatch):
    seen = []
    answer = kit.fake.answer
    monkeypatch.setattr(
        kit.fake,
        "answer",
        lambda r: (seen.append((r.header(b"authorization"), r.header(b"request-from"))), answer(r))[1],
    )
    kit.read("users")
    assert set(seen) == {(f'Token token="{kit.fake.api_key}"', "crm_sync")}
