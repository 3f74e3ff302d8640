"""The view of the latest proofs agrees with its plain meaning, for proofs of any order."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.postgres

ENTITIES = [(crm_source, sync_type) for crm_source in ("a", "b", "c") for sync_type in ("deals", "leads")]
METHODS = ("full", "ids", "slice", "sample", "count")
VERDICTS = ("equal", "equal", "equal", "different", "not provable")
RANKS = {"different": 0, "not provable": 1, "equal": 2}


def add_proofs(warehouse, dice):
    """Write comparisons of a month, some at the same moment; gives them as they are stored."""
    now = datetime.now(UTC).replace(microsecond=0)
    for crm_source, sync_type in dice.sample(ENTITIES, 5):
        for _ in range(dice.randint(1, 12)):
            end, verdict = now - timedelta(days=dice.randint(0, 20)), dice.choice(VERDICTS)
            warehouse.execute(
                "insert into crm_sync.proofs "
                "(crm_source, sync_type, method, started_at, ended_at, differences, verdict, reason) "
                "values (%s, %s, %s, %s, %s, %s, %s, 'why')",
                (crm_source, sync_type, dice.choice(METHODS), end, end, int(verdict == "different"), verdict),
            )
    return warehouse.fetch_all(
        "select crm_source, sync_type, id, method, verdict, ended_at from crm_sync.proofs"
    )


def find_plainly(proofs):
    """Give by entity the worst since the last whole, of those the newest."""
    found = {}
    for entity in sorted({proof[:2] for proof in proofs}):
        own = [proof[2:] for proof in proofs if proof[:2] == entity]
        wholes = [
            ended for _, method, verdict, ended in own if method == "full" and verdict != "not provable"
        ]
        counted = [
            (RANKS[verdict], -ended.timestamp(), -number)
            for number, method, verdict, ended in own
            if method != "count"
            and not (method == "sample" and verdict != "different")
            and (not wholes or ended >= max(wholes))
        ]
        if counted:
            found[entity] = -min(counted)[2]
    return found


@pytest.mark.parametrize("seed", range(6))
def test_view_gives_the_worst_since_the_last_whole(clean_warehouse, seed):
    proofs = add_proofs(clean_warehouse, random.Random(seed))
    rows = clean_warehouse.fetch_all("select crm_source, sync_type, proof_id from crm_sync.latest_proofs")
    assert {row[:2]: row[2] for row in rows} == find_plainly(proofs)
    assert len(rows) == len({row[:2] for row in rows}) > 0
