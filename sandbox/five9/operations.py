"""The operations: fields, lists, contacts, call counters, versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.five9.calls import CallWindow
from sandbox.five9.config import Five9Config
from sandbox.five9.criteria import build_test
from sandbox.five9.errors import field_not_found, wrong_pattern
from sandbox.five9.soap import Element, build_answer, escape_text, read_children
from sandbox.five9.store import Store
from sandbox.frame.messages import Response


@dataclass
class Domain:
    """What every operation works on."""

    config: Five9Config
    store: Store
    calls: CallWindow


def get_contact_fields(domain: Domain, asked: Element) -> Response:
    """All fields, or those whose name fits a pattern."""
    fits = _read_pattern(asked, "namePattern")
    found = (one.to_xml() for one in domain.store.fields if fits(one.name))
    return build_answer("getContactFields", "".join(found))


def get_lists_info(domain: Domain, asked: Element) -> Response:
    """All lists, or those whose name fits a pattern, with the number of their contacts."""
    fits = _read_pattern(asked, "listNamePattern")
    found = (
        f"<return><name>{escape_text(name)}</name><size>{len(members)}</size></return>"
        for name, members in domain.store.lists.items()
        if fits(name)
    )
    return build_answer("getListsInfo", "".join(found))


def get_contact_records(domain: Domain, asked: Element) -> Response:
    """The contacts that meet all criteria; no more than the cap, and without a word about the rest.

    Raises:
        Five9Error: a criterion names no field.
        MessageError: the message does not fit the schema.
    """
    store, config = domain.store, domain.config
    (criteria,) = read_children(asked, ("lookupCriteria",)) or [Element("", "lookupCriteria")]
    label, tests = None, []
    names = [one.name for one in store.fields]
    for child in read_children(criteria, ("contactIdField", "criteria")):
        if child.name == "contactIdField":
            label = child.text
            continue
        pair = {one.name: one.text for one in read_children(child, ("field", "value"))}
        if pair.get("field") not in names:
            raise field_not_found(pair.get("field", ""))
        tests.append(build_test(pair["field"], pair.get("value", ""), config))
    found = [(key, one) for key, one in store.contacts.items() if all(test(one) for test in tests)]
    if not found and config.bare_return:
        return build_answer("getContactRecords", "<return/>")
    label = None if config.contact_ids == "absent" else label
    header = [*([label] if label else []), *names]
    heads = "".join(f"<fields>{escape_text(name)}</fields>" for name in header)
    rows = (
        [*([_write_id(key, config)] if label else []), *(one.get(name, "") for name in names)]
        for key, one in found[: config.cap]
    )
    return build_answer("getContactRecords", f"<return>{heads}{''.join(map(_write_row, rows))}</return>")


def get_call_counters(domain: Domain, _asked: Element) -> Response:
    """How many calls were made, and how many may be."""
    calls = domain.calls
    count = f"<limit>{calls.limit}</limit><operationType>Query</operationType><value>{calls.used}</value>"
    other = "<limit>50</limit><operationType>Modify</operationType><value>50</value>"
    counters = f"<callCounterStates>{count}</callCounterStates><callCounterStates>{other}</callCounterStates>"
    window = f"<return>{counters}<timeout>{calls.resets_in_s}</timeout></return>"
    return build_answer("getCallCountersState", window)


def get_versions(_domain: Domain, _asked: Element) -> Response:
    """The versions of the service."""
    versions = "<maxVersion>v13</maxVersion><minVersion>v2</minVersion>"
    return build_answer("getApiVersions", f"<return>{versions}</return>")


@dataclass(frozen=True)
class Operation:
    """What an operation does, and the right that it takes."""

    run: Callable[[Domain, Element], Response]
    right: str = ""


OPERATIONS: Mapping[str, Operation] = {
    "getContactFields": Operation(get_contact_fields, "contacts"),
    "getListsInfo": Operation(get_lists_info, "lists"),
    "getContactRecords": Operation(get_contact_records, "contacts"),
    "getCallCountersState": Operation(get_call_counters, "counters"),
    "getApiVersions": Operation(get_versions),
}


def _write_id(key: int, config: Five9Config) -> str:
    return str(key) if config.contact_ids == "given" else ""


def _write_row(cells: list[str]) -> str:
    data = "".join(f"<data>{escape_text(one)}</data>" for one in cells)
    return f"<records><values>{data}</values></records>"


def _read_pattern(asked: Element, name: str) -> Callable[[str], bool]:
    text = next((one.text for one in read_children(asked, (name,))), ".*")
    try:
        pattern = re.compile(text)
    except re.error:
        raise wrong_pattern(text) from None
    return lambda one: pattern.fullmatch(one) is not None
