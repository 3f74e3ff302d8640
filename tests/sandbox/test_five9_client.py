"""zeep, a client that makes its calls of the service's description, reads the Five9 fake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import zeep
from zeep.transports import Transport

from sandbox.five9 import Five9Sandbox

PATH = "/wsadmin/v13/AdminWebService?wsdl"


@pytest.fixture(scope="module")
def fake() -> Iterator[Five9Sandbox]:
    with Five9Sandbox(counts={"contacts": 1_200}, shared_number=3).serve() as served:
        yield served


def connect(fake: Five9Sandbox, password: str = "") -> Any:
    session = requests.Session()
    session.trust_env = False
    session.auth = (fake.config.user, password or fake.config.password)
    return zeep.Client(fake.url + PATH, transport=Transport(session=session, timeout=30)).service


@pytest.fixture(scope="module")
def service(fake: Five9Sandbox) -> Any:
    return connect(fake)


def records(found: Any) -> list[dict[str, Any]]:
    return [dict(zip(found.fields, one["values"]["data"], strict=True)) for one in found.records]


def find(service: Any, **wanted: str) -> list[dict[str, Any]]:
    criteria = [{"field": name, "value": value} for name, value in wanted.items()]
    return records(service.getContactRecords({"contactIdField": "key", "criteria": criteria}))


def test_description_has_the_operations_with_their_types(service, fake):
    fields = service.getContactFields(namePattern=".*")
    assert [one.name for one in fields] == [one.name for one in fake.store.fields]
    assert all(isinstance(one.system, bool) for one in fields)
    assert service.getContactFields(namePattern="number1")[0].name == "number1"


def test_contacts_come_by_criteria_with_their_keys(service, fake):
    key, wanted = next(iter(fake.store.contacts.items()))
    found = find(service, number1=wanted["number1"])
    assert str(key) in [one["key"] for one in found]
    assert all(one["number1"] == wanted["number1"] for one in found)


def test_answer_ends_at_the_cap_and_parts_of_it_hold_the_rest(service, fake):
    assert len(find(service, number1="%")) == fake.config.cap < len(fake.store.contacts)
    parts = [one["key"] for digit in "0123456789" for one in find(service, number1=f"%{digit}")]
    wanted = [str(key) for key, one in fake.store.contacts.items() if one["number1"][-1:].isdigit()]
    assert len(wanted) > fake.config.cap
    assert sorted(parts) == sorted(wanted)


def test_contacts_that_are_not_there_are_an_empty_list(service):
    assert find(service, number1="nowhere") == []


def test_lists_counters_and_versions_are_numbers(service, fake):
    lists = {one.name: one.size for one in service.getListsInfo(".*")}
    assert lists == {name: len(members) for name, members in fake.store.lists.items()}
    (window,) = service.getCallCountersState()
    counted = {one.operationType: (one.limit, one.value) for one in window.callCounterStates}
    assert counted["Query"][0] == fake.config.calls
    assert counted["Query"][1] > 0
    assert service.getApiVersions().maxVersion == "v13"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda service: find(service, nowhere="1"), "nowhere"),
        (lambda service: service.getContactFields(namePattern="("), "("),
    ],
    ids=["field", "pattern"],
)
def test_fault_is_the_clients_own_error_with_its_detail(service, call, said):
    with pytest.raises(zeep.exceptions.Fault) as caught:
        call(service)
    assert said in caught.value.message
    assert caught.value.detail is not None


def test_wrong_password_is_no_answer(fake):
    with pytest.raises(zeep.exceptions.TransportError) as caught:
        connect(fake, "wrong").getApiVersions()
    assert caught.value.status_code == 401
