"""Keys of both kinds: what is sent, what is renewed, and what a bad one is called in one sentence."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import AuthenticationError, ConfigError, SourceError
from crm_sync.rest.messages import Request
from crm_sync.sources.rest.door import Door
from crm_sync.sync.connection_check import check_source

ME = Request("GET", "/api/v1/users/me")


def check(account, **connection):
    client = account.make_client(**connection)
    return list(check_source(account.source, lambda: Door(account.source, client)))


def ask(account, **connection):
    with pytest.raises(SourceError) as caught:
        account.make_client(**connection).send(ME)
    return caught.value


def test_api_token_travels_in_its_header_and_never_in_the_address(account):
    headers = []
    answer = account.fake.answer
    account.fake.answer = lambda request: headers.append(request.header(b"x-api-token")) or answer(request)
    assert account.read("stages").is_whole
    assert set(headers) == {account.fake.config.api_token}
    assert not [entry for entry in account.fake.requests.entries() if "token" in entry.query]


def test_good_key_is_one_line_for_itself_and_each_entity(account):
    findings = check(account)
    assert all(one.is_good for one in findings)
    assert [one.about for one in findings][1:] == [one.table for one in account.source.entities.values()]


def test_wrong_token_is_one_sentence_and_asked_once(account):
    (finding,) = check(account, password="wrong")
    assert not finding.is_good
    assert "the API token (password) is missing, wrong or revoked" in finding.text
    assert len(account.fake.requests) == 1


def test_revoked_token_ends_the_read(account):
    account.fake.hooks.before_page("/api/v2/persons", 2, account.fake.tokens.revoke_all)
    result = account.read("persons", page_size=10, catch=AuthenticationError)
    assert "connection pipedrive_default" in str(result.error)
    assert "missing, wrong or revoked" in str(result.error)
    assert not result.is_whole


def test_key_without_a_right_fails_that_entity_alone(open_account):
    account = open_account(forbidden=frozenset({"deals"}))
    failed = {one.about: one.text for one in check(account) if not one.is_good}
    assert list(failed) == ["pipedrive.deals"]
    assert "the key's user or app may not read this: Scope and URL mismatch" in failed["pipedrive.deals"]


def test_closed_account_is_one_sentence(open_account):
    account = open_account(is_open=False)
    error = ask(account)
    assert "402: the company's account is not open, or not paid for" in str(error)
    assert len(account.fake.requests) == 1


def test_oauth_fetches_a_token_and_renews_it_when_it_is_refused(account):
    client = account.make_client(**account.tell_oauth())
    client.send(ME)
    assert account.fake.tokens.refreshed == 1
    account.fake.tokens.revoke_all()
    client.send(ME)
    assert account.fake.tokens.refreshed == 2


def test_oauth_token_that_has_ended_is_renewed_once(account):
    client = account.make_client(**account.tell_oauth())
    client.send(ME)
    account.fake.clock.advance(3600)
    client.send(ME)
    assert account.fake.tokens.refreshed == 2
    assert account.fake.requests.summary()["by_status"] == {"200": 4, "401": 1}


@pytest.mark.parametrize(
    ("change", "word"),
    [({"refresh_token": "spent"}, "refresh token"), ({"login": "someone"}, "client")],
)
def test_refused_refresh_is_one_sentence_that_says_what_is_wrong(account, change, word):
    error = ask(account, **{**account.tell_oauth(), **change})
    assert isinstance(error, AuthenticationError)
    assert word in str(error)
    assert account.fake.config.client_secret not in str(error)


def test_oauth_without_refresh_token_names_the_extra(account):
    with pytest.raises(ConfigError, match="refresh_token"):
        account.make_client(auth="oauth")


@pytest.mark.parametrize("domain", ["https://other-company.pipedrive.com", "https://pipedrive.example.org"])
def test_data_is_read_from_the_connections_host_whatever_a_token_answer_names(open_account, domain):
    account = open_account(api_domain=domain)
    client = account.make_client(**account.tell_oauth())
    assert account.read("stages", client=client).is_whole
    assert {entry.path for entry in account.fake.requests.entries()} == {"/oauth/token", "/api/v2/stages"}


def test_refresh_token_that_is_replaced_is_used_and_said(open_account):
    account = open_account(rotates_refresh_token=True)
    client = account.make_client(**account.tell_oauth())
    client.send(ME)
    account.fake.tokens.revoke_all()
    client.send(ME)
    assert account.fake.tokens.refreshed == 2
    assert [note for note in client.notes if "another refresh token" in note]


def test_general_host_answers_v1_elsewhere_which_is_said(account):
    """`https://api.pipedrive.com` has v1 without /api; the company's own host is needed."""
    error = ask(account, url=f"{account.fake.url}/somewhere")
    assert "the host must be https://<company>.pipedrive.com, without a path" in str(error)
