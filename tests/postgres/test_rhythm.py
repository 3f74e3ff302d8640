"""Which scheduled runs leave an entity out, by the history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm_sync.sync.rhythm import explain_rest
from tests.postgres.history_support import NOW, insert_run
from tests.postgres.upsert_support import ensure, make_entity

pytestmark = pytest.mark.postgres
CONTACTS = make_entity(crm_source="hubspot", sync_type="contacts", table_schema="hubspot", every="6h")


@pytest.fixture
def runs(warehouse):
    """Inserts a run of contacts that was scheduled some hours after NOW."""
    ensure(warehouse, CONTACTS)

    def insert(hours, *, status="success", **window):
        until = (NOW + timedelta(hours=hours)).isoformat()
        history_id = insert_run(warehouse, status=status, window={"until": until, **window})
        warehouse.execute(
            "update crm_sync.sync_history "
            "set configuration = configuration || jsonb_build_object('tick', %s) where id = %s",
            (until, history_id),
        )

    yield insert
    warehouse.execute("drop schema hubspot cascade")


def explain(warehouse, hours, entity=CONTACTS):
    return explain_rest(warehouse.connect, entity, NOW + timedelta(hours=hours))


def test_entity_rests_until_its_span_is_over(warehouse, runs):
    assert explain(warehouse, 0) is None, "it was never read"
    runs(0)
    said = "contacts is not due: it is read every 6 hours, last at 2025-06-01T00:00+00:00."
    assert [explain(warehouse, hours) for hours in (1, 5, 6, 7)] == [said, said, None, None]


def test_run_that_failed_or_was_cut_off_is_tried_again_at_the_next_tick(warehouse, runs):
    runs(0)
    runs(6, status="failed")
    runs(7, status="partial", complete=False)
    assert explain(warehouse, 8) is None
    runs(8, status="partial")
    assert explain(warehouse, 9) is not None, "what it rejected is kept, so it is complete"


def test_run_that_is_started_again_reads_again(warehouse, runs):
    runs(6)
    assert explain(warehouse, 6) is None
    assert explain(warehouse, 1) is None, "an earlier one, too"


def test_entity_without_a_rhythm_and_a_table_that_is_gone_are_due(warehouse, runs):
    runs(0)
    assert explain(warehouse, 1, CONTACTS.model_copy(update={"every": None})) is None
    assert explain(warehouse, 1, CONTACTS.model_copy(update={"named": "people"})) is None
