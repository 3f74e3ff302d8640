"""The check of a CRM's connection against the fakes: keys, missing rights, broken hosts, no data read."""

from __future__ import annotations

import json

import pytest
import requests

from crm_sync.exceptions import ConfigError
from crm_sync.rest.pacing import Unlimited
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.rest.waits import Waiter
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.registry import choose_door
from crm_sync.sync.connection_check import check_source
from sandbox.arrivy import ArrivySandbox
from sandbox.hubspot import HubSpotSandbox
from sandbox.salesrabbit import SalesRabbitSandbox
from tests.conformance.accounts import ACCOUNTS, open_account
from tests.conformance.kinds import read_source
from tests.conformance.rest_bounds import fits
from tests.shipped import read_shipped
from tests.sources.rest_kit import LeapingTime

COUNTS = {"contacts": 30, "companies": 30, "deals": 30, "owners": 5}


def check(crm_source, url, token, *, login="", **extra):
    source = read_shipped(crm_source)
    session = requests.Session()
    session.trust_env = False
    connection = ConnectionFacts(source.connection_id, login, token, extra)
    client = build_client(
        source.rest, session, url, connection=connection, budget=Unlimited(), crm_source=crm_source
    )
    time = LeapingTime()
    client.pacer.waiter = Waiter(clock=time.clock, sleep=time.sleep)
    return list(check_source(source, lambda: open_door(source, client)))


def open_door(source, connection):
    return choose_door(source, next(iter(source.entities.values())), connection)


def failures(findings):
    return {one.about: one.text for one in findings if not one.is_good}


@pytest.fixture
def salesrabbit():
    with SalesRabbitSandbox(counts={"leads": 30, "users": 5}).serve() as fake:
        yield fake


@pytest.fixture
def hubspot():
    with HubSpotSandbox(counts=COUNTS).serve() as fake:
        yield fake


def test_good_key_has_one_line_for_the_key_and_each_entity(hubspot):
    findings = check("hubspot", hubspot.url, hubspot.access_token)
    entities = read_shipped("hubspot").entities.values()
    assert failures(findings) == {}
    assert [one.about for one in findings] == [
        f"connection hubspot_default ({hubspot.url})", *(entity.table for entity in entities)
    ]  # fmt: skip
    assert str(findings[0]).startswith("ok      connection hubspot_default")


def test_check_asks_for_one_record_at_most_and_changes_nothing(hubspot):
    before = hubspot.store.counts()
    answers = []
    answer = hubspot.answer

    def note(request):
        response = answer(request)
        answers.append((request.path, json.loads(response.body).get("results", [])))
        return response

    hubspot.answer = note
    check("hubspot", hubspot.url, hubspot.access_token)
    assert hubspot.store.counts() == before
    assert all(len(found) <= 1 for path, found in answers if "/properties/" not in path)
    assert any(found for path, found in answers if path.endswith("/contacts"))
    assert {entry.method for entry in hubspot.requests.entries() if "/batch/read" not in entry.path} == {
        "GET"
    }


@pytest.mark.parametrize("crm_source", sorted(name for name in ACCOUNTS if read_source(name).kind == "rest"))
def test_each_rest_crm_is_checked_with_one_record_of_each_paged_list(crm_source, tmp_path):
    source = read_shipped(crm_source)
    with open_account(crm_source, tmp_path) as account:
        answers, answer = [], account.fake.answer

        def note(request):
            response = answer(request)
            answers.append((request, account.read_body(response.body)))
            return response

        account.fake.answer = note
        facts = account.facts
        extra = {"rate_limits": False, **facts["own_extra"]}
        findings = check(crm_source, facts["url"], facts["token"], login=facts["login"], **extra)
        assert failures(findings) == {}
        assert {one.about for one in findings} >= {entity.table for entity in source.entities.values()}
        for entity in source.entities.values():
            patterns = account.read_paths(entity)
            asked = [(r, data) for r, data in answers if any(fits(r.path, one) for one in patterns)]
            assert asked, entity.table
            if account.has_pages(entity):
                sizes = [len(list(account.find_records(entity, data))) for _, data in asked]
                assert max(sizes) <= 1 or source.rest.verify_path.partition("?")[0] in patterns, entity.table


def test_wrong_key_is_one_failure_and_no_entity_is_asked(salesrabbit):
    findings = check("salesrabbit", salesrabbit.url, "revoked-key-1234")
    assert len(findings) == 1
    assert (
        "SalesRabbit answered 401: the API token (password) is missing, wrong or revoked" in findings[0].text
    )
    assert "revoked-key-1234" not in str(findings)
    assert str(findings[0]).startswith("FAILED  connection salesrabbit_default")
    assert len(salesrabbit.requests) == 1


def test_missing_scope_fails_its_entities_alone_and_is_named():
    with HubSpotSandbox(counts=COUNTS, missing_scopes=("crm.objects.deals.read",)).serve() as fake:
        found = failures(check("hubspot", fake.url, fake.access_token))
    assert set(found) == {"hubspot.deals", "hubspot.associations"}
    assert all("lacks the scope crm.objects.deals.read" in text for text in found.values())


def test_right_that_is_missing_for_one_list_fails_it_alone():
    with SalesRabbitSandbox(counts={"leads": 3}, forbidden=frozenset({"users"})).serve() as fake:
        findings = check("salesrabbit", fake.url, fake.access_token)
    assert list(failures(findings)) == ["salesrabbit.users"]
    assert "the token may not read this: Forbidden" in failures(findings)["salesrabbit.users"]


def test_key_that_may_not_read_what_proves_it_is_told_from_a_wrong_one():
    with SalesRabbitSandbox(counts={"leads": 3}, forbidden=frozenset({"lead_statuses"})).serve() as fake:
        findings = check("salesrabbit", fake.url, fake.access_token)
    assert findings[0].is_good
    assert "the key is known" in findings[0].text
    assert list(failures(findings)) == ["salesrabbit.lead_statuses"]


def test_broken_host_is_named_and_ends_the_check():
    (finding,) = check("salesrabbit", "http://127.0.0.1:9", "key")
    assert not finding.is_good
    assert "http://127.0.0.1:9" in finding.about
    assert "no complete answer" in finding.text


def test_line_does_not_repeat_its_own_name_before_the_error(salesrabbit):
    (finding,) = check("salesrabbit", f"{salesrabbit.url}/v1", salesrabbit.access_token)
    assert finding.text.startswith("GET /leadStatuses?perPage=1: SalesRabbit answered 404: no such endpoint")


def test_address_of_a_web_application_says_that_it_may_be_the_wrong_one():
    with ArrivySandbox(counts={}, rate_limits=False).serve() as fake:
        login, token = fake.config.auth_key, fake.config.auth_token
        (finding,) = check("arrivy", fake.url, token, login=login)
    assert finding.text.startswith("GET /users/profile: the answer is no JSON (status 200, text/html")
    assert "host or path may be wrong" in finding.text


def test_feature_that_is_off_is_said_once_and_is_no_failure():
    with ArrivySandbox(counts={}, has_bookings=False, rate_limits=False).serve() as fake:
        login, token = fake.config.auth_key, fake.config.auth_token
        findings = {one.about: one for one in check("arrivy", fake.api_url, token, login=login)}
    assert failures(findings.values()) == {}
    assert findings["arrivy.bookings"].text == "may be read; left out: the account has no bookings"


@pytest.mark.parametrize("kind", ["html_200", "server_error", "truncated_json", "connection_reset"])
def test_host_that_answers_wrongly_is_no_success(salesrabbit, kind):
    salesrabbit.faults.add(kind, "/leads", times=None)
    found = failures(check("salesrabbit", salesrabbit.url, salesrabbit.access_token))
    assert list(found) == ["salesrabbit.leads"]


def test_limit_that_is_used_up_is_a_failure_and_not_waited_for(salesrabbit):
    salesrabbit.faults.add("rate_limited", "/leads", times=None, retry_after_s=3600)
    findings = check("salesrabbit", salesrabbit.url, salesrabbit.access_token)
    found = failures(findings)
    assert "salesrabbit.leads" in found
    assert "asks for a pause until" in found["salesrabbit.leads"]


def test_connection_that_lacks_a_field_says_which():
    source = read_shipped("salesrabbit")

    def open_none():
        raise ConfigError("connection salesrabbit_default", "password", "the access token")

    (finding,) = check_source(source, open_none)
    assert str(finding) == "FAILED  connection salesrabbit_default: key 'password': expected the access token"


def test_file_is_opened_and_a_missing_one_named(tmp_path):
    source = read_shipped("csv")
    (missing,) = check_source(source, lambda: open_door(source, PathStore(tmp_path)))
    assert "No file 'zip_codes.csv'" in missing.text
    (tmp_path / "zip_codes.csv").write_text("not read")
    (found,) = check_source(source, lambda: open_door(source, PathStore(tmp_path)))
    assert (found.is_good, found.about) == (True, "csv.zip_codes")
