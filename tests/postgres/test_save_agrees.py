"""A save and its preview agree: they are run on the same staged data, whatever it is."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.sync.save import save_entity
from tests.postgres.save_support import make_record, save_staged
from tests.postgres.upsert_support import NOW, make_entity

pytestmark = pytest.mark.postgres
PLANS = (
    {},
    {"mode": "delta", "sweep": "none"},
    {"force": True},
    {"force": True, "sweep": "delete"},
    {"mode": "replay", "sweep": "none", "moves_watermark": False},
)


def _make_chunks(generator):
    times = [None, *(NOW + timedelta(days=day) for day in (-1, 0, 1)), datetime.now(UTC) + timedelta(days=90)]
    times = [time and time.isoformat() for time in times]

    def record():
        values = {"name": generator.choice("ab"), "modified_at": generator.choice(times)}
        if generator.random() < 0.1:
            values["amount"] = "1" + "0" * 200_000  # which the database refuses
        number = generator.randrange(12)
        return {"id": None} if number == 11 else make_record(number, **values)

    return [[record() for _ in range(generator.randrange(6))] for _ in range(generator.randrange(1, 4))]


@pytest.mark.parametrize("seed", range(12))
def test_preview_counts_what_the_save_then_does(runs, seed):
    generator = random.Random(seed)
    runs.entity = make_entity(older=generator.choice(["keep", "take"]))
    for number in range(4):
        chunks, plan = _make_chunks(generator), generator.choice(PLANS) if number else {}
        staging = runs.stage(*chunks, **plan)
        staging.manifest.is_snapshot = generator.random() < 0.5
        dry = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=None)
        real = save_staged(runs, staging, is_snapshot=staging.manifest.is_snapshot)
        assert dry.counts == real.counts, plan
        assert (dry.status, dry.reason, dry.notes) == (real.status, real.reason, real.notes)
        assert real.counts.fetched == sum(map(len, chunks))
