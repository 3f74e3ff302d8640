from __future__ import annotations

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


def read(client):
    answer = client.get("/api/compare/salesrabbit/leads")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_without_a_count_the_rows_are_an_estimate(viewer, warehouse):
    warehouse.execute("create schema salesrabbit")
    warehouse.execute("create table salesrabbit.leads as select from generate_series(1, 30)")
    warehouse.execute("analyze salesrabbit.leads")
    found = read(viewer)
    assert (found["table_rows"], found["table_rows_estimated"], found["source_rows"]) == (30, True, None)
    assert (found["counted_at"], found["proofs"]) == (None, [])


def test_latest_count_of_both_sides_is_shown(viewer, add_proof):
    add_proof("different", source=10, table=9)
    add_proof("not provable", table=9)
    found = read(viewer)
    assert (found["source_rows"], found["table_rows"], found["table_rows_estimated"]) == (10, 9, False)
    assert (found["difference"], found["counted_at"]) == (-1, "2026-11-30T10:00:00Z")
    assert [proof["verdict"] for proof in found["proofs"]] == ["not provable", "different"]


def test_source_that_counts_what_it_has_deleted_makes_no_difference(viewer, add_proof):
    add_proof("equal", source=10, table=9)
    found = read(viewer)
    assert (found["source_rows"], found["table_rows"], found["difference"]) == (10, 9, None)


def test_counts_of_a_slice_are_none_of_the_table(viewer, add_proof, warehouse):
    add_proof("equal", source=10, table=9)
    warehouse.execute("update crm_sync.proofs set method = 'slice'")
    found = read(viewer)
    assert (found["source_rows"], found["table_rows"], found["counted_at"]) == (None, None, None)


def test_values_of_examples_are_shown_to_editors(viewer, editor, add_proof):
    add_proof("different", source=10, table=9)
    (shown,) = read(viewer)["proofs"][0]["examples"]
    assert shown == {"kind": "stale", "record_id": "7", "column": "name", "source": "***", "table": None}
    assert read(editor)["proofs"][0]["examples"][0]["source"] == "Ada"
