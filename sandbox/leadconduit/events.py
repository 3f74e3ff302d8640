"""The events of one lead: its steps while it passes a flow, its source event behind them, feedback later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import msgspec

from sandbox.frame.times import DAY_MS, SECOND_MS
from sandbox.leadconduit.config import LeadConduitConfig
from sandbox.leadconduit.ids import make_id, second_of
from sandbox.leadconduit.leads import TWENTY_DIGITS, build_lead, show_lead
from sandbox.leadconduit.store import Fields, Store

LARGE_MONEY = "12345678901234567890.12"
"""More than a float holds."""
_FLOWS = (
    ("5f00000000000000000000aa", "Roofing"),
    ("5f00000000000000000000ab", "Solar \N{BLACK SUN WITH RAYS}"),
)
_SOURCES = (("5f00000000000000000000bb", "Web form"), ("5f00000000000000000000bc", "Partner"))
_OUTCOMES = {"filter": ("continue", "stop", "skip"), "recipient": ("success", "failure", "error", "skip")}


@dataclass
class LeadTimes:
    """When a lead came and when it had passed its flow, in milliseconds."""

    submitted_ms: int
    completed_ms: int


def build_flows() -> list[Fields]:
    """The account's flows."""
    common: Fields = {
        "enabled": True,
        "fields": ["first_name", "email"],
        "sources": [],
        "steps": [],
        "caps": {},
    }
    moments = {"created_at": "2024-01-01T00:00:00.000Z", "updated_at": "2025-01-01T00:00:00.000Z"}
    return [{"id": one, "name": name, **common, **moments} for one, name in _FLOWS]


def build_destinations() -> list[Fields]:
    """The account's destinations."""
    return [
        {"instance_id": "5f00000000000000000000dd", "name": "Partner", "module_id": "example.module.outbound"}
    ]


def write_lead(store: Store, config: LeadConduitConfig, rng: Random, times: LeadTimes, number: int) -> str:
    """Write all events of a lead; gives the id of its source event, which is the lead's, too."""
    lead_id = _next_id(store, times.completed_ms, rng)
    around = _around(lead_id, rng)
    span = max(times.completed_ms - times.submitted_ms, 1)
    for _ in range(rng.randint(*config.steps)):
        at_ms = times.submitted_ms + rng.randrange(span)
        store.add(build_step(_next_id(store, at_ms, rng), rng, at_ms, around))
    lead = {"id": lead_id, **show_lead(build_lead(number, rng, config), number, config)}
    fields = build_source_event(lead_id, rng, times, {**around, "lead": lead}, config)
    if config.quirks:
        _make_odd(fields, number, config)
    store.add(fields)
    for later in list_later(rng, around, number, config):
        later_ms = times.completed_ms + rng.randrange(5 * DAY_MS)
        if later_ms < config.anchor_ms - config.newest_s * SECOND_MS:
            later_id = _next_id(store, later_ms, rng)
            store.add({"id": later_id, **later, "start_timestamp": later_ms, "end_timestamp": later_ms})
    return lead_id


def build_source_event(
    event_id: str, rng: Random, times: LeadTimes, around: Fields, config: LeadConduitConfig
) -> Fields:
    """The event that says what was submitted and how it ended."""
    is_good = rng.random() < 0.8
    outcome = "success" if is_good else rng.choice(("failure", "error"))
    price = round(rng.uniform(0.1, 80), 2)
    ms = times.completed_ms - times.submitted_ms
    return {
        "id": event_id,
        "type": "source",
        "outcome": outcome,
        "reason": None if is_good else rng.choice(("Missing phone number", "Duplicate lead")),
        "start_timestamp": times.submitted_ms,
        "end_timestamp": times.completed_ms,
        "ms": ms,
        "wait_ms": ms * 4 // 5,
        "overhead_ms": ms - ms * 4 // 5,
        "lag_ms": 0,
        "total_ms": ms,
        "host": f"worker-{int(event_id[8:18], 16)}",
        "handler_version": "2.10.0",
        "version": "0.0.1",
        "module_id": "example.module.inbound",
        "package_version": "1.0.0",
        "step_count": rng.randrange(1, 9),
        "cap_reached": rng.random() < 0.05,
        "ping_limit_reached": False,
        "cost": price,
        "purchase_price": price,
        "revenue": 0,
        "recipient_revenue": round(price * 1.2, 4),
        "expires_at": to_iso(second_of(event_id) * SECOND_MS + config.retention_days * DAY_MS),
        "vars": {**around, "submission": {"timestamp": to_iso(times.submitted_ms)}},
        "appended": {"trustedform": {"outcome": outcome}} if rng.random() < 0.5 else None,
    }


def build_step(event_id: str, rng: Random, at_ms: int, around: Fields) -> Fields:
    """A filter or a recipient; the id is made when it begins."""
    kind = rng.choice(("filter", "recipient", "recipient"))
    ms = rng.randrange(1, 4000)
    fields: Fields = {
        "id": event_id,
        "type": kind,
        "outcome": rng.choice(_OUTCOMES[kind]),
        "start_timestamp": at_ms,
        "end_timestamp": at_ms + ms,
        "ms": ms,
        "host": "worker-1",
        "vars": around,
    }
    if kind == "recipient":
        fields |= {
            "reason": None,
            "step_id": "5f00000000000000000000cc",
            "key": "trustedform",
            "cost": 0.15,
            "request": {
                "method": "POST",
                "uri": "https://partner.example.test/check",
                "body": "token=partner-secret",
            },
            "response": {"status": 200, "body": "made up"},
            "trustedform": {"outcome": "success"},
        }
    return fields


def list_later(rng: Random, around: Fields, number: int, config: LeadConduitConfig) -> Iterator[Fields]:
    """What comes after the source event: feedback, a retry, a type that nobody knows yet."""
    if config.steps[1] == 0:
        return
    if rng.random() < 0.1:
        yield {
            "type": "feedback-received",
            "outcome": "success",
            "feedback": {"type": "return"},
            "vars": around,
        }
    if rng.random() < 0.05:
        yield {"type": "retry", "outcome": "success", "retry_status": "done", "vars": around}
    if number % 25 == 3:
        yield {"type": "some-future-type", "outcome": "success", "vars": {}}


def _make_odd(fields: Fields, number: int, config: LeadConduitConfig) -> None:
    """Undeclared keys, one per integration, and values at the edges of their types."""
    if number % 2:
        fields |= {"suppressionlist": {"found": False}, "description": "", "disabled_step_count": 0}
    if number % 5 == 2:
        fields |= {
            "flow_caps": {"daily": 100},
            "pricing_service": {"price": 0.1},
            "recipient_record_id": TWENTY_DIGITS,
        }
    if number % 6 == 4:
        fields["expires_at"] = (second_of(fields["id"]) + config.retention_days * 86_400) * SECOND_MS
    if number % 9 == 7:
        fields["lag_ms"] = None
        del fields["wait_ms"]
    if config.odd_numbers and number % 11 == 1:
        fields["revenue"] = msgspec.Raw(LARGE_MONEY.encode())
        fields["lag_ms"] = msgspec.Raw(TWENTY_DIGITS.encode())
        fields["vars"]["lead"]["big_number"] = msgspec.Raw(TWENTY_DIGITS.encode())


def _around(lead_id: str, rng: Random) -> Fields:
    flow, source = rng.choice(_FLOWS), rng.choice(_SOURCES)
    return {
        "lead": {"id": lead_id},
        "flow": {"id": flow[0], "name": flow[1]},
        "source": {"id": source[0], "name": source[1]},
    }


def _next_id(store: Store, at_ms: int, rng: Random) -> str:
    store.made += 1
    return make_id(at_ms, rng.randrange(store.hosts), store.made)


def to_iso(ms: int) -> str:
    """`2026-04-05T15:04:05.000Z`."""
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
