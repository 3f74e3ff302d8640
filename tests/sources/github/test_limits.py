"""The hour's requests, the secondary limit, redirects, broken answers: waited for, followed or said."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import (
    AuthenticationError,
    ConfigError,
    LongWaitError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.rest.pacing import Unlimited
from crm_sync.sources.registry import choose_door
from tests.sources.github.conftest import DATA


class CountingBudget(Unlimited):
    """Notes what is asked of the shared budget."""

    def __init__(self):
        self.taken, self.blocked = [], []

    def take(self, endpoint_class):
        self.taken.append(endpoint_class)
        return 0.0

    def block(self, endpoint_class, until_s):
        self.blocked.append((endpoint_class, until_s))


@pytest.mark.parametrize("code", [403, 429])
def test_hour_that_is_used_up_is_waited_for_until_its_reset(account, code):
    account.fake.faults.add("primary_limit", "*/git/trees/*", in_s=1800, code=code)
    read = account.read()
    assert len(read.keys) == 20
    # whole seconds on both sides, and the time that passed in between
    assert 1798 <= account.skipped_s <= 1803
    assert read.metrics["rate_limited"] == 1


def test_fake_that_counts_lets_nobody_read_before_the_next_hour(open_account):
    account = open_account(rate_limits=True, requests_per_hour=2)
    account.fake.hooks.before_page("*/contents/*", 2, lambda: account.fake.clock.advance(3601))
    assert len(account.read().keys) == 20
    assert 3590 <= account.skipped_s <= 3610
    assert [entry.status for entry in account.fake.requests.entries()] == [200, 200, 403, 200]


@pytest.mark.parametrize("kind", ["rate_limited", "secondary_limit"])
def test_secondary_limit_without_a_time_waits_a_minute_then_two(account, kind):
    account.fake.faults.add(kind, "*/contents/*", times=2)
    assert len(account.read().keys) == 20
    assert account.skipped_s == pytest.approx(60 + 120, abs=2)


def test_secondary_limit_with_retry_after_waits_as_long_as_it_says(account):
    account.fake.faults.add("rate_limited", "*/contents/*", retry_after_s=7)
    account.read()
    assert account.skipped_s == pytest.approx(7, abs=1)


def test_long_wait_is_left_to_the_caller_and_holds_all_workers(account):
    account.fake.faults.add("primary_limit", "*/git/trees/*", in_s=1800)
    budget = CountingBudget()
    client = account.make_client(budget=budget)
    client.pacer.longest_wait_s = 60.0
    account.refuse(LongWaitError, client=client)
    assert [name for name, _ in budget.blocked] == ["default"]


def test_every_request_takes_its_turn_in_the_shared_budget(account):
    account.fake.faults.add("unavailable", "*/contents/*")
    budget = CountingBudget()
    account.read(client=account.make_client(budget=budget))
    assert budget.taken == ["default"] * len(account.paths()) == ["default"] * 4


def test_day_that_ends_early_is_partial_and_takes_no_row_as_gone(account):
    client = account.make_client()
    client.pacer.max_wait_s = 60
    account.fake.faults.add("primary_limit", "*/contents/*", in_s=1800, times=None)
    read = account.read(client=client)
    assert (read.pages, read.is_whole) == ([], False)
    assert "waiting for the rate limit would take longer" in read.reason
    account.fake.faults.clear()
    assert len(account.read(previous=read.facts).keys) == 20


def test_renamed_repository_is_followed_on_the_same_host(account):
    read = account.read(client=account.make_client(repo="old-data"))
    assert len(read.keys) == 20
    assert account.paths()[:2] == ["/repos/example/old-data/commits", "/repositories/4711/commits"]
    assert account.queries("/repositories/4711/commits") == [{"per_page": "1"}]


@pytest.mark.parametrize("code", [301, 302, 307])
def test_redirect_to_another_host_is_refused_and_sends_no_token(account, open_account, code):
    other = open_account()
    account.fake.faults.add("moved", "*/contents/*", to=f"{other.fake.url}/zips.csv?token=secret", code=code)
    said = account.refuse(UnexpectedResponseError)
    assert "points to another host" in said
    assert "secret" not in said
    assert other.paths() == []


def test_enterprise_server_is_read_below_its_path(account):
    read = account.read(client=account.make_client(url=f"{account.fake.url}/api/v3"))
    assert len(read.keys) == 20
    assert account.paths()[0] == f"/api/v3{DATA}/commits"


def test_enterprise_server_that_renamed_a_repository_stays_below_its_path(account):
    client = account.make_client(url=f"{account.fake.url}/api/v3", repo="old-data")
    assert len(account.read(client=client).keys) == 20
    assert account.paths()[1] == "/api/v3/repositories/4711/commits"


def test_token_without_the_right_is_one_sentence(account):
    said = account.refuse(AuthenticationError, client=account.make_client(password="lacking-token"))
    assert "it needs the right to read contents: Resource not accessible by personal access token" in said


def test_ref_that_is_not_there_is_one_sentence(account):
    said = account.refuse(UnexpectedResponseError, client=account.make_client(ref="no/such"))
    assert "there is no such branch, tag or commit (ref): No commit found for SHA: no/such" in said


def test_repository_without_a_commit_is_one_sentence(open_account):
    account = open_account(is_empty=True)
    assert "the repository is empty" in account.refuse(UnexpectedResponseError)


@pytest.mark.parametrize("name", ["owner", "repo"])
def test_connection_that_names_no_repository_is_one_sentence(account, name):
    said = account.refuse(ConfigError, client=account.make_client(**{name: ""}))
    assert said.startswith(f"connection github_default, key 'extra.{name}': expected a value")
    assert account.paths() == []


def test_slots_of_the_yaml_count_before_the_connection(account):
    account.write("zips.csv", "99950,,Ketchikan,,AK", branch="other")
    client = account.make_client(owner="nobody", ref="main")
    read = account.read(account.at("zips.csv", slots={"owner": "example", "ref": "other"}), client=client)
    assert read.keys == ["99950"]


@pytest.mark.parametrize(
    "kind", ["truncated_json", "html_200", "cut_body", "connection_reset", "error_in_200"]
)
@pytest.mark.parametrize("path", ["*/commits", "*/git/trees/*", "*/contents/*"], ids=["head", "tree", "file"])
def test_broken_answer_is_asked_for_again(account, kind, path):
    planned = account.fake.faults.add(kind, path)
    assert len(account.read().keys) == 20
    assert planned.fired == 1


@pytest.mark.parametrize("kind", ["truncated_json", "html_200"])
def test_bytes_that_are_not_the_listed_version_never_become_rows(account, kind):
    account.fake.faults.add(kind, "*/contents/*", times=None)
    said = account.refuse(SourceUnavailableError)
    assert "is not the version" in said
    assert "that its folder lists" in said


def test_name_with_a_slash_is_one_segment_and_leads_nowhere_else(account):
    sent, answer = [], account.fake.answer

    def note(request):
        sent.append(request.raw_path)
        return answer(request)

    account.fake.answer = note
    account.refuse(UnexpectedResponseError, client=account.make_client(repo="data/../../other"))
    assert sent == [b"/repos/example/data%2F..%2F..%2Fother/commits"]


def test_not_modified_that_nobody_asked_for_is_an_error(account):
    account.fake.faults.add("status", "*/commits", code=304, body="", times=None)
    account.refuse(UnexpectedResponseError)


def test_check_of_the_connection_lists_the_files_and_reads_none(account):
    door = choose_door(account.source, account.source.entities["zipcodes"], account.make_client())
    said = door.probe(account.source.entities["zipcodes"])
    assert said == f"1 file(s) 'zips.csv' can be read, version {account.fake.store.find(None).sha[:12]}"
    assert account.fake.requests.entries("*/contents/*") == []
    assert door.address == account.fake.url


def test_check_of_a_connection_whose_token_is_wrong_says_so(account):
    door = choose_door(account.source, account.source.entities["zipcodes"], account.make_client(password="x"))
    with pytest.raises(AuthenticationError, match="the token"):
        door.in_haste().probe(account.source.entities["zipcodes"])
