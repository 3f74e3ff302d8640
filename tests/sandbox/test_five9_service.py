"""The Five9 fake as other programs see it: envelopes as they write them, answers as they read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from xml.parsers import expat

import pytest
import requests

from sandbox.five9 import Five9Sandbox
from sandbox.five9.wsdl import build_wsdl

PATH = "/wsadmin/v13/AdminWebService"
SERVICE = "http://service.admin.ws.five9.com/"
ZEEP = (
    "<?xml version='1.0' encoding='utf-8'?>\n<soap-env:Envelope xmlns:soap-env=\"http://schemas.xmlsoap.org/soap/"
    f'envelope/"><soap-env:Body><ns0:{{name}} xmlns:ns0="{SERVICE}">{{inner}}</ns0:{{name}}></soap-env:Body>'
    "</soap-env:Envelope>"
)
"""As the Python library writes it that public clients use."""
HAND_MADE = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    f'xmlns:ser="{SERVICE}"><soapenv:Header/><soapenv:Body>\n <ser:{{name}}>{{inner}}</ser:{{name}}>\n'
    "</soapenv:Body></soapenv:Envelope>"
)
"""As the samples of shell and PowerShell scripts write it."""


class Caller:
    """Calls one fake."""

    def __init__(self, fake: Five9Sandbox) -> None:
        self.fake = fake
        self.session = requests.Session()
        self.session.auth = (fake.config.user, fake.config.password)

    def call(self, name: str, inner: str = "", envelope: str = ZEEP) -> requests.Response:
        """Call an operation."""
        headers = {"SOAPAction": '""', "Content-Type": "text/xml; charset=utf-8"}
        body = envelope.format(name=name, inner=inner).encode()
        return self.session.post(self.fake.url + PATH, data=body, headers=headers, timeout=30)

    def contacts(self, *criteria: tuple[str, str], label: str = "x", envelope: str = ZEEP) -> list[list[str]]:
        """Give header and rows of the contacts that meet criteria."""
        asked = "".join(f"<criteria><field>{a}</field><value>{b}</value></criteria>" for a, b in criteria)
        id_field = f"<contactIdField>{label}</contactIdField>" if label else ""
        answer = self.call(
            "getContactRecords", f"<lookupCriteria>{id_field}{asked}</lookupCriteria>", envelope
        )
        assert answer.status_code == 200, answer.text
        rows = re.findall(r"<records>(.*?)</records>", answer.text, re.DOTALL)
        found = [re.findall(r"<data>(.*?)</data>", row, re.DOTALL) for row in rows]
        return [re.findall(r"<fields>(.*?)</fields>", answer.text), *found]


@pytest.fixture
def open_caller() -> Iterator[Callable[..., Caller]]:
    with ExitStack() as stack:

        def start(**settings: Any) -> Caller:
            usual = {"counts": {"contacts": 120}, "rate_limits": False}
            return Caller(stack.enter_context(Five9Sandbox(**{**usual, **settings}).serve()))

        yield start


@pytest.mark.parametrize("envelope", [ZEEP, HAND_MADE], ids=["library", "hand-made"])
def test_contacts_come_as_a_header_and_rows_with_the_label_first(open_caller, envelope):
    header, *rows = open_caller().contacts(envelope=envelope)
    assert header[:3] == ["x", "number1", "number2"]
    assert {len(row) for row in rows} == {len(header)}
    assert [row[0] for row in rows] == [str(number) for number in range(1, 121)]


def test_without_a_label_there_is_no_internal_id(open_caller):
    header, *rows = open_caller().contacts(label="")
    assert header[0] == "number1"
    assert len(rows) == 120


def test_answer_is_cut_at_the_cap_without_a_word(open_caller):
    caller = open_caller(cap=50)
    assert len(caller.contacts()) == 1 + 50
    text = caller.call("getContactRecords").text
    assert set(re.findall(r"<(\w+)>", text)) == {"return", "fields", "records", "values", "data"}


def test_all_criteria_have_to_fit_and_a_percent_sign_is_any_text(open_caller):
    caller = open_caller()
    some = caller.contacts(("number1", "2%"))[1:]
    state = some[0][9]
    both = caller.contacts(("number1", "2%"), ("state", state))[1:]
    assert 0 < len(both) < len(some) < 120
    assert all(row[1].startswith("2") for row in some)
    assert all(row[9] == state for row in both)


def test_wildcards_and_empty_values_can_be_switched(open_caller):
    assert open_caller(wildcards="literal").contacts(("number1", "2%"))[1:] == []
    assert len(open_caller(wildcards="ignored").contacts(("number1", "2%"))) == 121
    assert 1 < len(open_caller().contacts(("number1", ""))) < 20
    assert len(open_caller(empty_means="any").contacts(("number1", ""))) == 121


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("<ns0:lookupCriteria/>", "unexpected element"),
        (
            "<lookupCriteria><criteria/><contactIdField>x</contactIdField></lookupCriteria>",
            "unexpected order",
        ),
        ("<lookupCriteria><criteria><value/><field/></criteria></lookupCriteria>", "unexpected order"),
        ("<lookupCriteria><limit>5</limit></lookupCriteria>", "unexpected element"),
    ],
)
def test_message_that_does_not_fit_the_schema_is_a_fault(open_caller, inner, said):
    answer = open_caller().call("getContactRecords", inner)
    assert answer.status_code == 500
    assert said in answer.text


def test_operation_without_its_namespace_is_a_fault(open_caller):
    answer = open_caller().call("getListsInfo", envelope=HAND_MADE.replace(SERVICE, "urn:other"))
    assert "Unexpected wrapper element" in answer.text


@pytest.mark.parametrize("status", ["500", "200"])
def test_fault_has_the_name_and_children_of_the_description(open_caller, status):
    caller = open_caller(fault_status=status)
    inner = "<lookupCriteria><criteria><field>nope</field><value/></criteria></lookupCriteria>"
    answer = caller.call("getContactRecords", inner)
    assert answer.status_code == int(status)
    assert "CrmFieldNotFoundFault" in answer.text
    assert "<fieldName>nope</fieldName><message>" in answer.text


def test_wrong_passwords_lock_the_user_even_for_the_right_one(open_caller):
    caller = open_caller(lock_after=3)
    right, caller.session.auth = caller.session.auth, ("sync@example.test", "wrong")
    assert [caller.call("getListsInfo").status_code for _ in range(3)] == [401, 401, 401]
    caller.session.auth = right
    assert caller.call("getListsInfo").status_code == 401


def test_calls_are_counted_and_refused_until_the_window_starts_anew(open_caller):
    caller = open_caller(rate_limits=True, calls=3, window_s=600)
    answer = caller.call("getCallCountersState").text
    assert "<limit>3</limit><operationType>Query</operationType><value>1</value>" in answer
    assert "<timeout>600</timeout>" in answer
    assert [caller.call("getListsInfo").status_code for _ in range(3)] == [200, 200, 500]
    assert "OperationsLimitExceededFault" in caller.call("getListsInfo").text


def test_each_answer_sets_a_session_cookie(open_caller):
    caller = open_caller()
    caller.call("getListsInfo")
    assert caller.session.cookies["JSESSIONID"] == "s-1"
    caller.call("getListsInfo")
    assert caller.fake.sessions == [None, "s-1"]


def test_lists_and_fields_can_be_asked_for_by_pattern(open_caller):
    caller = open_caller()
    assert caller.call("getListsInfo").text.count("<return>") == 4
    one = caller.call("getListsInfo", r"<listNamePattern>R&amp;D \(old\)\.\*</listNamePattern>")
    assert one.text.count("<return>") == 1
    assert (
        "InvalidRegexpPatternFault"
        in caller.call("getListsInfo", "<listNamePattern>(</listNamePattern>").text
    )
    assert caller.call("getContactFields", "<namePattern>number.</namePattern>").text.count("<return>") == 3


def test_fields_tell_mapping_restrictions_and_type_in_the_order_of_the_schema(open_caller):
    text = open_caller().call("getContactFields").text
    found = re.search(r"<return>(?:(?!</return>).)*<name>New Contact Field</name>.*?</return>", text)
    assert found is not None
    assert re.findall(r"<(\w+)>", found[0]) == [
        *("return", "displayAs", "mapTo", "name", "restrictions", "type", "value"),
        *("restrictions", "type", "value", "system", "type"),
    ]
    assert "<mapTo>LastModifiedDateTime</mapTo>" in found[0]


def test_chunked_answers_have_no_length(open_caller):
    assert "Content-Length" not in open_caller(chunked=True).call("getListsInfo").headers
    assert "Content-Length" in open_caller().call("getListsInfo").headers


def test_description_names_each_operation_with_its_faults():
    text = build_wsdl("https://example.test" + PATH).body.decode()
    expat.ParserCreate().Parse(text, True)
    for name in ("getContactFields", "getListsInfo", "getContactRecords", "getCallCountersState"):
        assert f'<operation name="{name}"><soap:operation soapAction=""/>' in text
        assert f'<xs:element name="{name}Response" type="tns:{name}Response"/>' in text
    assert (
        '<xs:element name="data" type="xs:string" minOccurs="0" maxOccurs="unbounded" nillable="true"/>'
        in text
    )


def test_description_is_served_for_any_version(open_caller):
    caller = open_caller()
    answer = requests.get(caller.fake.url + "/wsadmin/v9_5/AdminWebService?wsdl&user=x", timeout=30)
    assert answer.status_code == 200
    assert "/wsadmin/v9_5/AdminWebService" in answer.text
