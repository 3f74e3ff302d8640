"""LeadConduit fake: what a public connector asks and reads, and what the vendor's library makes of values.

LeadConduit has no client on PyPI or npm. The connector is GitHub MeltanoLabs/tap-activeprospect (commit
8136928), whose requests are sent here as its look on the wire; the library is `leadconduit-types` 4.23.2 from
npm, whose `normalize` gave the objects below. Both ran against this fake on 2026-11-30.
"""

from __future__ import annotations

import pytest

from sandbox.leadconduit import LeadConduitSandbox
from sandbox.leadconduit.typed import TYPES
from tests.sandbox.test_leadconduit_events import SMALL, get, visible


@pytest.fixture
def fake():
    with LeadConduitSandbox(**SMALL).serve() as running:
        yield running


def read_as_connector(fake, **first):
    """Ask as it does: the first page by state or date, the others by the last id, up to an empty one."""
    found, position = [], first
    while True:
        page = get(fake, limit=1000, sort="asc", **position).json()
        if not page:
            return found
        found += page
        position = {"after_id": page[-1]["id"]}


def test_connector_gets_every_event_from_a_start_date_on(fake):
    found = read_as_connector(fake, start="2026-01-01T00:00:00Z")
    assert [one["id"] for one in found] == visible(fake)


def test_connector_goes_on_after_the_id_that_it_kept(fake):
    kept = visible(fake)[-40]
    new = fake.changes.create()
    found = [one["id"] for one in read_as_connector(fake, after_id=kept)]
    assert found == [one for one in visible(fake) if one > kept]
    assert new in found


def test_connector_finds_its_keys_with_their_types(fake):
    texts = (
        "id",
        "type",
        "outcome",
        "host",
        "handler_version",
        "version",
        "module_id",
        "package_version",
        "step_id",
    )
    numbers = ("start_timestamp", "end_timestamp", "ms", "wait_ms", "overhead_ms", "total_ms", "step_count")
    for one in read_as_connector(fake):
        assert one.keys() >= {"id", "type", "outcome"}
        assert all(isinstance(one[name], str) for name in texts if name in one)
        assert all(isinstance(one[name], int) for name in numbers if name in one)
        assert isinstance(one.get("appended"), (dict, type(None)))


def test_connector_gets_flows_and_destinations_in_one_page(fake):
    (flow, *_), (destination, *_) = get(fake, "/flows").json(), get(fake, "/destinations").json()
    assert {"id", "name", "enabled", "fields", "sources", "steps", "caps"} <= flow.keys()
    assert isinstance(flow["caps"], dict)
    assert "instance_id" in destination


@pytest.mark.parametrize(
    ("field", "raw", "wanted"),
    [
        ("email", "nophone@", {"normal": "nophone@", "raw": "nophone@", "valid": False}),
        (
            "email",
            "Person@Example.test",
            {
                "normal": "person@example.test", "raw": "Person@Example.test", "user": "Person",
                "domain": "Example.test", "host": "Example", "tld": "test", "is_free": False,
                "is_disposable": False, "valid": True,
            },
        ),
        (
            "address_1",
            "12 Main Street",
            {
                "normal": "12 Main Street", "raw": "12 Main Street", "number": "12", "name": "Main Street",
                "valid": True,
            },
        ),
        ("state", "oregon", {"normal": "OR", "raw": "oregon", "name": "Oregon", "valid": True}),
        ("state", "Narnia", {"normal": "Narnia", "raw": "Narnia", "name": "Narnia", "valid": True}),
        ("price", "$1.50", {"normal": 1.5, "raw": "$1.50", "valid": True}),
        ("price", "abc", {"normal": None, "raw": "abc", "valid": False}),
        ("home_owner", "perhaps", {"normal": False, "raw": "perhaps", "valid": False}),
        ("dob", "13/45/1980", {"normal": "13/45/1980", "raw": "13/45/1980", "valid": False, "masked": False}),
        ("gender", "female", {"normal": "female", "raw": "female", "valid": True, "abbr": "F"}),
        (
            "age",
            "45-50",
            {"normal": "45-50", "raw": "45-50", "min": 45, "max": 50, "avg": 47.5, "mid": 47, "valid": True},
        ),
        (
            "age", "18+",
            {"normal": "18+", "raw": "18+", "min": 18, "max": None, "avg": None, "mid": None, "valid": True},
        ),
    ],
    ids=str,
)  # fmt: skip
def test_typed_values_are_those_of_the_vendors_library(field, raw, wanted):
    assert TYPES[field](raw) == wanted
