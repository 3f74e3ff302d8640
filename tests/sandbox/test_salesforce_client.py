"""The most used Python client of Salesforce reads the fake: the proof by code that was not written for it.

It calls by https whatever it is told: an adapter of its session brings those calls to the fake.
"""

from __future__ import annotations

import csv
import io
import os
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from sandbox.salesforce import SalesforceSandbox
from sandbox.salesforce.object_types import OBJECT_TYPES
from tests.sandbox.salesforce_caller import SMALL

if os.environ.get("CI") != "true":
    pytest.importorskip("simple_salesforce", reason="simple-salesforce is not installed")

from simple_salesforce import Salesforce, SalesforceExpiredSession, SalesforceMalformedRequest
from simple_salesforce.bulk2 import Operation, SFBulk2Handler, _Bulk2Client
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceRefusedRequest

SEVEN = [(one.kind, one.name) for one in OBJECT_TYPES]
VERSION = "62.0"


class ToFake(HTTPAdapter):
    """Sends what is meant for any host by https to the fake."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._host = urlsplit(url).netloc

    def send(self, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.url = urlunsplit(("http", self._host, parts.path, parts.query, ""))
        return super().send(request, **settings)


def open_session(fake: SalesforceSandbox) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", ToFake(fake.url))
    return session


@pytest.fixture(scope="module")
def fake():
    with SalesforceSandbox(counts=SMALL, page_size=25).serve() as running:
        yield running


@pytest.fixture(scope="module")
def client(fake):
    return Salesforce(
        instance_url=fake.url, session_id=fake.access_token, session=open_session(fake), version=VERSION
    )


def plain(records):
    return [{name: value for name, value in record.items() if name != "attributes"} for record in records]


@pytest.mark.parametrize(("kind", "name"), SEVEN)
def test_client_describes_an_object_and_queries_all_of_its_fields(client, fake, kind, name):
    described = getattr(client, name).describe()
    names = [field["name"] for field in described["fields"] if field["type"] != "address"]
    result = client.query_all(f"SELECT {', '.join(names)} FROM {name}", include_deleted=True)
    assert plain(result["records"]) == [
        {one: record[one] for one in names} for record in fake.store.tables[kind]
    ]
    assert result["totalSize"] == SMALL[kind]


def test_client_queries_a_page_and_asks_for_the_next(client, fake):
    page = client.query("SELECT Id FROM Account ORDER BY Id")
    assert (page["totalSize"], page["done"], len(page["records"])) == (
        len(fake.store.ids("accounts")),
        False,
        25,
    )
    following = client.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    ids = [record["Id"] for record in [*page["records"], *following["records"]]]
    assert ids == fake.store.ids("accounts")[:50]


def test_client_iterates_over_live_rows_or_over_all(client, fake):
    live = [record["Id"] for record in client.query_all_iter("SELECT Id FROM Contact")]
    assert live == fake.store.ids("contacts")
    everything = client.query_all_iter("SELECT Id, IsDeleted FROM Contact", include_deleted=True)
    deleted = [record["Id"] for record in everything if record["IsDeleted"]]
    assert deleted == fake.store.ids("contacts", deleted=True) != []


@pytest.mark.parametrize(("kind", "name"), SEVEN)
def test_client_reads_an_object_by_bulk_jobs(client, fake, monkeypatch, kind, name):
    monkeypatch.setattr("simple_salesforce.bulk2.sleep", lambda _seconds: None)
    bulk = getattr(client.bulk2, name)
    pages = list(bulk.query(f"SELECT Id, SystemModstamp FROM {name}", max_records=25))
    all_pages = list(bulk.query_all(f"SELECT Id FROM {name}", max_records=25))
    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    archived = {one["Id"] for one in fake.store.tables[kind] if one.get("IsArchived")}
    assert sorted(row["Id"] for row in rows) == [one for one in fake.store.ids(kind) if one not in archived]
    assert all(row["SystemModstamp"].endswith("Z") for row in rows)
    ids = [row["Id"] for page in all_pages for row in csv.DictReader(io.StringIO(page))]
    assert sorted(ids) == list(fake.store.tables[kind].records)
    assert len(all_pages) == -(-SMALL[kind] // 25)


def test_client_looks_at_a_job_and_aborts_it(client, fake):
    handler: SFBulk2Handler = client.bulk2
    jobs = _Bulk2Client("Account", handler.bulk2_url, handler.headers, handler.session)
    job = jobs.create_job(Operation.query_all, query="SELECT Id FROM Account")
    assert jobs.get_job(job["id"], is_query=True)["state"] == "InProgress"
    assert jobs.abort_job(job["id"], is_query=True)["state"] == "Aborted"


def test_client_is_told_of_a_job_that_failed(client, fake, monkeypatch):
    from simple_salesforce.exceptions import SalesforceOperationError

    monkeypatch.setattr("simple_salesforce.bulk2.sleep", lambda _seconds: None)
    fake.faults.add("job_failed", "*/jobs/query/750*", message="Retried more than fifteen times")
    with pytest.raises(SalesforceOperationError, match="Retried more than fifteen times"):
        list(client.bulk2.Account.query("SELECT Id FROM Account"))


def test_client_reads_objects_limits_and_usage(client):
    assert {one["name"] for one in client.describe()["sobjects"]} == {name for _, name in SEVEN}
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000
    assert client.api_usage["api-usage"].total == 100_000


def test_client_reads_the_logs_of_deletions_and_changes(client, fake):
    from datetime import timedelta

    one = fake.changes.create("campaigns", {"Name": "Short-lived"})
    now = fake.clock.now()
    span = (now - timedelta(hours=1), now + timedelta(hours=1))
    assert one in client.Campaign.updated(*span)["ids"]
    fake.changes.delete("campaigns", one)
    assert [record["id"] for record in client.Campaign.deleted(*span)["deletedRecords"]] == [one]
    fake.changes.purge("campaigns", one)


def test_client_raises_by_status(client, fake):
    with pytest.raises(SalesforceMalformedRequest) as caught:
        client.query("SELECT Nope FROM Account")
    assert caught.value.content[0]["errorCode"] == "INVALID_FIELD"
    fake.faults.add("daily_limit", "*/query/")
    with pytest.raises(SalesforceRefusedRequest):
        client.query("SELECT Id FROM Account")
    stranger = Salesforce(instance_url=fake.url, session_id="unknown", session=open_session(fake))
    with pytest.raises(SalesforceExpiredSession):
        stranger.query("SELECT Id FROM Account")


def test_client_logs_in_with_its_secret_and_again_when_the_session_ends(fake):
    client = Salesforce(
        consumer_key=fake.config.client_id,
        consumer_secret=fake.config.client_secret,
        domain="example.my",
        session=open_session(fake),
        version=VERSION,
    )
    before = fake.tokens.logins
    fake.tokens.expire_all()
    ids = [record["Id"] for record in client.query_all_iter("SELECT Id FROM Account")]
    assert (ids, fake.tokens.logins) == (fake.store.ids("accounts"), before + 1)
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid client credentials"):
        Salesforce(
            consumer_key=fake.config.client_id,
            consumer_secret="wrong",
            domain="example.my",
            session=open_session(fake),
        )


def test_client_logs_in_with_a_signed_assertion(fake):
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    client = Salesforce(
        username=fake.config.username,
        consumer_key=fake.config.client_id,
        privatekey=text,
        session=open_session(fake),
        version=VERSION,
    )
    assert client.query("SELECT COUNT() FROM User")["totalSize"] == 8
