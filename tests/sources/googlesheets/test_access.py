"""Keys that are wrong, old or may too little, files that are not shared any more: one sentence for each."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import (
    AuthenticationError,
    ConfigError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.sources.registry import choose_door
from sandbox.googlesheets.key_file import build_key_file, make_key_file

EMAIL = "crm-sync@invented-project.iam.gserviceaccount.com"


@pytest.fixture
def signed(open_account, tmp_path):
    """An account that accepts the signatures of one key alone, and a client with this key."""
    file = make_key_file(tmp_path / "key.json")
    account = open_account(key_file=str(tmp_path / "key.json"), is_public=False)
    account.file = file
    return account


def refuse(account, client, error=AuthenticationError):
    read = account.read(client=client, catch=error)
    assert read.records == []
    assert read.error is not None
    said = str(read.error)
    assert account.fake.config.api_key not in said
    return said


def test_service_account_signs_and_reads(signed):
    read = signed.read(client=signed.sign_in(keyfile_dict=signed.file))
    assert len(read.records) == 60
    assert signed.fake.access.logins == 1


def test_key_file_with_written_out_line_breaks_signs_as_well(signed):
    file = {**signed.file, "private_key": signed.file["private_key"].replace("\n", "\\n")}
    assert len(signed.read(client=signed.sign_in(keyfile_dict=file)).records) == 60


def test_key_that_was_replaced_is_refused_with_the_account_and_the_clock(signed):
    said = refuse(signed, signed.sign_in(keyfile_dict=build_key_file()))
    assert f"status 400 invalid_grant; check the key file of {EMAIL}, and the clock of this machine" in said


def test_clock_that_is_off_is_refused_with_the_clock(signed):
    signed.fake.clock.offset_s = 7200
    said = refuse(signed, signed.sign_in(keyfile_dict=signed.file))
    assert "and the clock of this machine" in said


def test_token_that_ends_is_renewed_once(signed):
    client = signed.sign_in(keyfile_dict=signed.file)
    signed.fake.hooks.before_page("*!A*", 2, signed.fake.access.expire_all)
    read = signed.read(client=client, page_size=20)
    assert (len(read.records), signed.fake.access.logins) == (60, 2)


def test_token_is_renewed_before_its_end(open_account):
    account = open_account(token_life_s=60)
    client = account.sign_in()
    account.read(client=client)
    account.fake.clock.advance(55)
    client.auth._clock = lambda: 1e12  # the worker's, which is monotonic
    account.read(client=client)
    assert account.fake.access.logins == 2
    assert [entry.status for entry in account.fake.requests.entries()].count(401) == 0


def test_file_that_is_shared_no_more_names_the_service_account(open_account):
    """Trap 17."""
    account = open_account(is_shared=False)
    said = refuse(account, account.sign_in())
    assert f"Google answered 403 PERMISSION_DENIED: the file is not shared with {EMAIL}" in said
    assert said.startswith("connection googlesheets_default: ")


def test_file_that_is_hidden_from_the_service_account_names_it_too(open_account):
    account = open_account(is_shared=False, refusal="404")
    said = refuse(account, account.sign_in())
    assert f"there is no file with this id, or it is not shared with {EMAIL}" in said


def test_file_that_is_not_public_refuses_an_api_key_and_says_what_it_needs(open_account):
    account = open_account(is_public=False)
    assert "for an API key: with everyone who has the link" in refuse(account, account.make_client())


def test_wrong_api_key_is_said(account):
    said = refuse(account, account.make_client(password="wrong-key"))
    assert "Google answered 400 API_KEY_INVALID: the API key (password) is wrong or expired" in said
    assert "wrong-key" not in said


def test_api_key_travels_in_a_header_and_never_in_an_address(account):
    account.read()
    key = account.fake.config.api_key
    assert not [entry for entry in account.fake.requests.entries() if key in entry.query or key in entry.path]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"auth": "service_account", "keyfile_dict": {}}, "extra.keyfile_dict.*a service account's key file"),
        ({"auth": "service_account", "keyfile_dict": "{no json"}, "extra.keyfile_dict"),
        ({"auth": "refresh_token"}, "extra.refresh_token"),
        ({"spreadsheet_id": ""}, "extra.spreadsheet_id.*the id or address of the file"),
        ({"spreadsheet_id": "https://example.com/x"}, "extra.spreadsheet_id.*or an address that has it"),
    ],
    ids=["empty key file", "broken key file", "no refresh token", "no file", "no address of a file"],
)
def test_connection_that_lacks_something_says_what(account, extra, said):
    with pytest.raises(ConfigError, match=said):
        account.read(client=account.make_client(**extra))


def test_key_file_without_a_key_is_refused(account):
    file = {"client_email": EMAIL, "private_key": "no key"}
    assert "the private key is not a PEM key" in refuse(account, account.sign_in(keyfile_dict=file))


def test_person_with_a_refresh_token_reads(account):
    client = account.make_client(auth="refresh_token", refresh_token="sandbox-refresh-token")
    assert len(account.read(client=client).records) == 60


def test_refresh_token_that_was_revoked_is_said(account):
    client = account.make_client(auth="refresh_token", refresh_token="old")
    assert "invalid_grant; check client id, client secret and refresh token" in refuse(account, client)


def test_api_that_is_not_enabled_is_said(open_account):
    account = open_account(disabled=frozenset({"sheets"}))
    assert "SERVICE_DISABLED: the API is not enabled" in refuse(account, account.sign_in())


def test_excel_file_in_drive_is_said(open_account):
    """Trap 16."""
    account = open_account(is_excel=True)
    said = refuse(account, account.make_client(), UnexpectedResponseError)
    assert "an Excel file in Drive, which the API can't read: save it as a Google Sheet" in said


def test_file_that_is_not_there_is_said(account):
    said = refuse(account, account.make_client(spreadsheet_id="1Nothing"))
    assert "there is no file with this id" in said


@pytest.mark.parametrize("kind", ["rate_limited", "rate_limited_403"])
def test_quota_is_waited_for_longer_each_time(account, kind):
    """There is no Retry-After, and the quota comes back within a minute."""
    account.fake.faults.add(kind, "*!A*", times=4)
    assert len(account.read().records) == 60
    assert account.skipped_s > 99  # 10, 20, 30 and 40 seconds


def test_own_pace_is_below_the_quota_of_a_service_account(account):
    limit = account.source.rest.rate_limits["default"]
    assert (limit.requests, limit.per_s) == (50, 60)


@pytest.mark.parametrize("kind", ["truncated_json", "html_200", "error_in_200", "repeated_page"])
def test_answer_that_is_none_is_asked_for_again(account, kind):
    account.fake.faults.add(kind, "*!A*", skip=1)
    read = account.read(page_size=20)
    assert len(read.records) == 60
    assert read.reason is None


@pytest.mark.parametrize("kind", ["truncated_json", "error_in_200", "repeated_page"])
def test_answer_that_stays_none_is_an_error_and_never_an_end(account, kind):
    account.fake.faults.add(kind, "*!A*", skip=1, times=None)
    read = account.read(page_size=20, catch=SourceUnavailableError)
    assert read.error is not None
    assert not read.is_whole


def check(account, client, sync_type="marketing_leads"):
    entity = account.source.entities[sync_type]
    return choose_door(account.source, entity, client).in_haste().probe(entity)


def test_check_of_the_connection_says_what_may_be_read(account):
    assert check(account, account.make_client()) == "the tab 'Leads 2026' may be read, 27 titles"
    assert account.ranges() == ["'Leads 2026'!1:1", "'Leads 2026'!A2:AA2"]


def test_check_of_the_connection_says_what_is_odd(account):
    account.fake.changes.drop_column("marketing_leads", "Notes")
    assert "there is no title 'Notes'" in check(account, account.make_client())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"is_shared": False}, f"not shared with {EMAIL}"),
        ({"disabled": frozenset({"sheets"})}, "not enabled"),
    ],
    ids=["not shared", "not enabled"],
)
def test_check_of_the_connection_says_what_a_read_would(open_account, settings, said):
    account = open_account(**settings)
    with pytest.raises(AuthenticationError, match=said):
        check(account, account.sign_in())


def test_key_itself_can_not_be_tried_without_a_file(account):
    door = choose_door(account.source, account.source.entities["marketing_leads"], account.make_client())
    assert door.probe_key() is None
