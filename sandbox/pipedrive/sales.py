"""Pipelines, stages, products, leads, deals and activities."""

from __future__ import annotations

import uuid
from random import Random
from typing import Any

from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS
from sandbox.pipedrive.times import to_date, to_lead, to_v2

Fields = dict[str, Any]
STATUSES = ("open", "open", "won", "lost")


def build_pipeline(number: int, created_ms: int, changed_ms: int) -> Fields:
    """A pipeline; the first was never changed, which leaves its time null."""
    return {
        "id": 1 + number,
        "name": "Sales" if number == 0 else f"Pipeline {number}",
        "order_nr": 1 + number,
        "is_deleted": number == 2,
        "is_deal_probability_enabled": number % 2 == 0,
        "add_time": to_v2(created_ms),
        "update_time": to_v2(changed_ms) if number else None,
    }


def build_stage(number: int, created_ms: int, changed_ms: int, pipeline: int) -> Fields:
    """A stage of a pipeline."""
    return {
        "id": 1 + number,
        "order_nr": 1 + number % 5,
        "name": f"Stage {number}",
        "is_deleted": number % 7 == 6,
        "deal_probability": 10 * (number % 11),
        "pipeline_id": pipeline,
        "is_deal_rot_enabled": number % 3 == 0,
        "days_to_rotten": 14 if number % 3 == 0 else None,
        "add_time": to_v2(created_ms),
        "update_time": to_v2(changed_ms) if number % 4 else None,
    }


def build_product(number: int, rng: Random, created_ms: int, changed_ms: int, owner: int) -> Fields:
    """A product with a price for each currency."""
    product_id = 901 + number
    usual = {"product_id": product_id, "price": 19.99 + number, "cost": 0, "direct_cost": None, "notes": ""}
    prices = [{**usual, "currency": currency} for currency in ("USD", "EUR")[: 1 + number % 2]]
    return {
        "id": product_id,
        "name": f"{rng.choice(made_up.PRODUCTS)} {number}",
        "code": f"SKU-{number}" if number % 3 else None,
        "description": made_up.sentence(rng) if number % 2 else None,
        "unit": "m",
        "tax": rng.choice((0, 8.25)),
        "category": rng.choice((None, "1", "2")),
        "owner_id": owner,
        "is_linkable": True,
        "is_deleted": False,
        "visible_to": 7,
        "billing_frequency": "one-time",
        "billing_frequency_cycles": None,
        "prices": prices,
        "add_time": to_v2(created_ms),
        "update_time": to_v2(changed_ms),
    }


def build_lead(number: int, rng: Random, created_ms: int, changed_ms: int, owner: int, person: int) -> Fields:
    """A lead as v1 shows one; every tenth is archived."""
    digits = f"{rng.getrandbits(128):032x}"
    value = {"amount": rng.choice((3000, 1250.75)), "currency": "USD"}
    return {
        "id": str(uuid.UUID(digits, version=4)),
        "title": f"Lead {number}: {made_up.sentence(rng, words=2)}",
        "owner_id": owner,
        "creator_id": owner,
        "label_ids": ["aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"] if number % 3 else [],
        "person_id": person,
        "organization_id": None,
        "source_name": "API",
        "origin": "API",
        "origin_id": None,
        "channel": rng.choice((None, 5)),
        "channel_id": None,
        "source_deal_id": None,
        "is_archived": number % 10 == 9,
        "was_seen": number % 2 == 0,
        "value": None if number % 4 == 2 else value,
        "expected_close_date": to_date(changed_ms + 30 * DAY_MS) if number % 5 == 0 else None,
        "next_activity_id": None,
        "add_time": to_lead(created_ms),
        "update_time": to_lead(changed_ms),
        "visible_to": rng.choice(("1", "3")),
        "cc_email": f"example-company+1+lead{number}@pipedrivemail.example",
    }


def build_deal(number: int, rng: Random, created_ms: int, changed_ms: int, links: Fields) -> Fields:
    """A deal; every twelfth is archived. `links`: ids of others."""
    status = STATUSES[number % len(STATUSES)]
    changed = to_v2(changed_ms)
    is_archived = number % 12 == 11
    return {
        "id": 101 + number,
        "title": f"Roof {number}",
        **links,
        "value": rng.choice((12500.5, 0, 8000)),
        "currency": "USD",
        "archive_time": changed if is_archived else None,
        "add_time": to_v2(created_ms),
        "update_time": changed,
        "stage_change_time": changed if number % 3 else None,
        "status": status,
        "is_archived": is_archived,
        "is_deleted": False,
        "probability": rng.choice((None, 40)),
        "lost_reason": "Price" if status == "lost" else None,
        "visible_to": rng.choice((1, 3, 5, 7)),
        "close_time": changed if status != "open" else None,
        "won_time": changed if status == "won" else None,
        "lost_time": changed if status == "lost" else None,
        "local_won_date": to_date(changed_ms) if status == "won" else None,
        "local_lost_date": to_date(changed_ms) if status == "lost" else None,
        "local_close_date": to_date(changed_ms) if status != "open" else None,
        "expected_close_date": "2026-03-31" if number % 4 == 0 else None,
        "label_ids": [1] if number % 3 == 0 else [],
        "origin": "API",
        "origin_id": None,
        "channel": None,
        "channel_id": None,
        "acv": None,
        "arr": rng.choice((None, 1200.25)),
        "mrr": None,
    }


def build_activity(number: int, rng: Random, created_ms: int, changed_ms: int, links: Fields) -> Fields:
    """An activity; the day and hour of some lie where clocks are put forward. `links`: ids of others."""
    is_done = number % 2 == 0
    due_ms = created_ms + rng.randrange(20) * DAY_MS
    return {
        "id": 801 + number,
        "subject": made_up.sentence(rng, words=3),
        "type": rng.choice(("call", "meeting", "task", "site_visit")),
        **links,
        "is_deleted": False,
        "add_time": to_v2(created_ms),
        "update_time": to_v2(changed_ms),
        "lead_id": None,
        "project_id": None,
        "due_date": "2026-03-08" if number % 20 == 3 else to_date(due_ms),
        "due_time": "02:30:00" if number % 20 == 3 else rng.choice(("15:00:00", None)),
        "duration": rng.choice(("00:30:00", "30:00", None)),
        "busy": number % 3 == 0,
        "done": is_done,
        "marked_as_done_time": to_v2(changed_ms) if is_done else None,
        "location": {"value": "1 Sample Street", "country": "United States"} if number % 6 == 0 else None,
        "participants": [{"person_id": links["person_id"], "primary": True}] if links["person_id"] else [],
        "conference_meeting_client": None,
        "conference_meeting_url": f"https://meet.example.com/{number}" if number % 9 == 0 else None,
        "conference_meeting_id": None,
        "public_description": None,
        "priority": rng.choice((None, 1)),
        "outcome": None,
        "note": f"<p>{made_up.sentence(rng)}</p>" if number % 2 else "",
    }
