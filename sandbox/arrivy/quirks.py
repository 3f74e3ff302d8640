"""Awkward values as real accounts hold them, spread thinly over the generated records."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.arrivy.store import Record

_EMOJI = ("Zoë 🏠", 'O\'Brien "Bo"', "Müller; Sons", "line\nbreak", " padded ", "李 Wei")
QUIRKS: tuple[tuple[str, str, tuple[Any, ...], float], ...] = (
    # a JSON number has lost its leading zeros and its plus sign
    ("entities", "phone", (15550100002, 5550100003), 0.2),
    ("entities", "email", ("", None, "not-an-email"), 0.05),
    ("entities", "type", ("Schicht 🌙",), 0.02),
    ("customers", "mobile_number", ("555-0100 ext 7", "(555) 010-0199", 5550100005, "n/a", ""), 0.05),
    ("customers", "email", ("Upper.Case@Example.COM", "two@@example.com", None), 0.01),
    ("customers", "first_name", _EMOJI, 0.02),
    ("tasks", "customer_phone", ("555-0100 ext 7", 15550100006, "call after 5pm"), 0.03),
    ("tasks", "extra_fields", ('{"legacy": "text"}', "{}", "", '{"broken'), 0.02),
    ("tasks", "customer_exact_location", ({}, None, {"lat": "44.05", "lng": "-123.02"}), 0.02),
    ("tasks", "entity_ids", ("6473924464345088,6473924464345999", None), 0.01),
    ("tasks", "title", _EMOJI, 0.02),
    ("tasks", "duration", ("90", 90.0, "about an hour"), 0.01),
    ("tasks", "end_datetime", (None, "", "2025-02-01T00:00:00.123456"), 0.01),
    ("bookings", "extra_fields", ('{"legacy": "text"}', {"a": {"b": [1, None]}}), 0.03),
    ("groups", "extra_fields", ('{"legacy": "text"}', {}), 0.1),
)
ID_FIELDS = ("customer_id", "group_id", "owner", "template_id")
TEXT_ID_SHARE = 0.05


def spread_quirks(kind: str, records: list[Record], seed: int) -> None:
    """Overwrite a small share of one kind's values; at least one record each where there are 20."""
    if len(records) < 20:
        return
    for number, (quirky_kind, name, values, share) in enumerate(QUIRKS):
        if quirky_kind != kind:
            continue
        rng = Random(f"{seed}:quirk:{number}")
        with_field = [record for record in records if name in record.fields]
        for turn, record in enumerate(rng.sample(with_field, max(1, round(len(with_field) * share)))):
            record.fields[name] = values[turn % len(values)]
            record.note_times()
    rng = Random(f"{seed}:text-ids:{kind}")
    for record in rng.sample(records, max(1, round(len(records) * TEXT_ID_SHARE))):
        for name in ("id", *ID_FIELDS):
            if record.fields.get(name) is not None:
                # the same id is an integer in one record and text in another
                record.fields[name] = str(record.fields[name])
