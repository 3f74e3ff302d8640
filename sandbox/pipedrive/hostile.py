"""What breaks naive pipelines, put into the first records of each kind."""

from __future__ import annotations

from typing import Any

import msgspec

Fields = dict[str, Any]
HUGE_MONEY = "1234567890123456789.12"
"""More digits than a double has."""
LONG_NUMBER = "98765432109876543210"
"""Twenty digits, more than a bigint has."""
LONG_NOTE = "roof leak \N{FIRE} " * 83_334
"""A million characters."""
ASTRAL = "\N{FIRE}\N{HOUSE BUILDING} \U0002000b e\u0301"
RIGHT_TO_LEFT = "\u202e\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05d0\u05d1"
WITH_NUL = "NUL \0 inside"

_BY_KIND: dict[str, tuple[Fields, ...]] = {
    "organizations": (
        {"name": ASTRAL},
        {"name": RIGHT_TO_LEFT, "website": ""},
    ),
    "persons": (
        {"name": ASTRAL, "first_name": "", "last_name": None},
        {"emails": [{"value": "", "primary": True, "label": "work"}], "name": WITH_NUL},
        {"emails": [{"value": "not an address", "primary": True, "label": "work"}]},
        {"phones": [{"value": "call after 5pm", "primary": True, "label": "work"}]},
    ),
    "products": ({"name": RIGHT_TO_LEFT, "description": WITH_NUL, "code": ""},),
    "leads": (
        {"title": ASTRAL},
        {"title": WITH_NUL, "origin_id": LONG_NUMBER},
    ),
    "deals": (
        {"title": ASTRAL},
        {"title": RIGHT_TO_LEFT, "origin_id": LONG_NUMBER, "lost_reason": ""},
        {"title": WITH_NUL, "channel": msgspec.Raw(LONG_NUMBER.encode())},
        {"update_time": None},
    ),
    "activities": (
        {"subject": ASTRAL, "note": LONG_NOTE},
        {"subject": WITH_NUL, "duration": "120:00:00"},
        {"subject": "", "public_description": RIGHT_TO_LEFT},
    ),
}


_MONEY: dict[str, Fields] = {
    "organizations": {"annual_revenue": msgspec.Raw(HUGE_MONEY.encode())},
    "leads": {"value": {"amount": msgspec.Raw(HUGE_MONEY.encode()), "currency": "USD"}},
    "deals": {"value": msgspec.Raw(HUGE_MONEY.encode())},
}


def make_hostile(kind: str, number: int, record: Fields, *, huge_money: bool) -> Fields:
    """A record with its share of that, if it is one of the first."""
    shares = _BY_KIND.get(kind, ())
    money = _MONEY.get(kind, {}) if huge_money and number == 0 else {}
    return {**record, **(shares[number] if number < len(shares) else {}), **money}
