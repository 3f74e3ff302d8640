"""Signatures: over what, when anew, with whose clock, and what is said when they are refused."""

from __future__ import annotations

import itertools

import pytest

from crm_sync.exceptions import AuthenticationError, ConfigError
from crm_sync.rest.auth import Unsigned
from crm_sync.rest.rate_limits import resolve_limits
from crm_sync.sources.registry import choose_door
from sandbox.marketsharp.access import sign


def test_signature_is_the_one_of_the_published_clients(account):
    client = account.make_client()
    client.auth._clock = lambda: 1_767_225_600.9
    headers = client.auth.sign(Unsigned("GET", "/WcfDataService.svc/Leads"))
    own = "1234:00000000-1111-2222-3333-444444444444:1767225600:cXXW/r68mNho8TeNTJWFVkl4/WZZrTDX12ml+n2+SnI="
    assert headers == {"Authorization": own}
    config = account.fake.config
    assert own == sign(config.company_id, config.api_key, config.secret, 1_767_225_600)


def test_each_request_and_each_repeat_has_a_signature_of_its_own(account):
    client = account.make_client()
    seconds = itertools.count(int(account.fake.clock.now_s()))
    client.auth._clock = lambda: float(next(seconds))
    account.fake.faults.add("overloaded", "*/Leads", times=2)
    assert account.read("leads", page_size=30, client=client).ids == account.store_ids("leads")
    assert len(set(account.fake.signatures)) == len(account.fake.signatures) == 4


@pytest.mark.parametrize("kind", ["unauthorized", "missing_scope"])
def test_a_refused_signature_is_tried_twice_and_no_more(account, kind):
    account.fake.faults.add(kind, "*/Leads", times=None)
    result = account.read("leads", catch=AuthenticationError)
    assert "this machine's clock is wrong" in str(result.error)
    assert "connection marketsharp_default" in str(result.error)
    assert len(account.asked("leads")) == 2


def test_a_wrong_secret_is_refused_as_such(account):
    client = account.make_client(password="AAECAwQFBgcICQoLDA0ODw==")
    result = account.read("leads", client=client, catch=AuthenticationError)
    assert "secret key (password) or api_key is wrong" in str(result.error)


@pytest.mark.parametrize("offset_s", [3_600, -3_600])
def test_a_wrong_clock_is_told_and_the_sources_is_used(open_account, offset_s):
    account = open_account(clock_offset_s=offset_s)
    result = account.read("leads", page_size=20)
    assert result.ids == account.store_ids("leads")
    statuses = [entry.status for entry in account.fake.requests.entries()]
    assert statuses.count(401) == 1
    (note,) = result.notes
    assert "so requests are signed by its clock now" in note


def test_a_secret_that_is_no_base64_is_said_before_any_call(account):
    with pytest.raises(ConfigError, match="a key in base64"):
        account.make_client(password="not base64!")
    assert not account.fake.signatures


@pytest.mark.parametrize(("zone", "got"), [("", "nothing"), ("Eastern", "Eastern")])
def test_a_connection_without_the_companys_zone_is_refused(account, zone, got):
    with pytest.raises(ConfigError, match=f"extra.time_zone.*{got}"):
        account.read("leads", client=account.make_client(time_zone=zone))


def test_a_check_of_the_connection_names_the_missing_zone_and_reads_one_record_otherwise(account):
    leads = account.source.entities["leads"]
    with pytest.raises(ConfigError, match=r"extra\.time_zone"):
        choose_door(account.source, leads, account.make_client(time_zone="")).probe(leads)
    door = choose_door(account.source, leads, account.make_client())
    assert (door.probe_key(), door.probe(leads)) == ("the host answers and the key is valid", "may be read")
    assert [one["$top"] for one in account.asked("leads")] == ["1", "1"]


def test_sets_with_times_in_utc_need_no_zone(account):
    client = account.make_client(time_zone="")
    assert account.read("inquiry_statuses", client=client).ids == account.store_ids("inquiry_statuses")


def test_five_requests_a_second_are_the_most(account):
    limit = resolve_limits(account.source.rest, {})["default"]
    assert limit.requests / limit.per_s == 5


@pytest.mark.parametrize("header", ["Basic MTIzNDpzZWNyZXQ=", "Bearer abc", "", "1234:key:17:hash"])
def test_the_fake_takes_nothing_but_a_signature(account, header):
    import requests

    answer = requests.get(
        f"{account.fake.url}/WcfDataService.svc/Leads", headers={"Authorization": header}, timeout=5
    )
    assert answer.status_code == 401
