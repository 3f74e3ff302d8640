"""The LeadConduit fake over time: events that become visible later, changes, and restarts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.leadconduit import LeadConduitSandbox
from tests.sandbox.test_leadconduit_events import SMALL, get, ids


@pytest.fixture
def fake():
    with LeadConduitSandbox(**SMALL).serve() as running:
        yield running


def test_event_of_a_slow_host_becomes_visible_later():
    with LeadConduitSandbox(**{**SMALL, "late_s": 300.0}).serve() as fake:
        new = fake.changes.create()
        assert new not in ids(get(fake, limit=1000))
        fake.clock.advance(301)
        assert new in ids(get(fake, limit=1000))


def test_same_seed_gives_the_same_events_and_a_restart_keeps_the_changes(tmp_path):
    anchored = {**SMALL, "anchor": datetime.now(UTC) - timedelta(hours=1)}
    settings = {**anchored, "state": str(tmp_path / "changes.json")}
    first = LeadConduitSandbox(**settings, activity=20)
    first.changes.create(fields={"reason": "kept", "lead": {"city": "Here"}})
    again, other = (
        LeadConduitSandbox(**settings),
        LeadConduitSandbox(**anchored, seed=8),
    )
    assert set(again.store.events) == set(first.store.events)
    assert [one.fields for one in again.store.events.values()] == [
        one.fields for one in first.store.events.values()
    ]
    assert set(other.store.events) != set(first.store.events)


def test_unknown_change_is_refused(fake):
    with pytest.raises(ValueError, match="unknown kind"):
        fake.change({"op": "create", "kind": "people"})
