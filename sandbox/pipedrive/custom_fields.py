"""Definitions of the account's fields: some built-in ones, and custom ones named by 40 hexadecimal digits."""

from __future__ import annotations

import hashlib
from random import Random
from typing import Any

Fields = dict[str, Any]
_BUILT_IN = {
    "dealFields": (
        ("title", "Title", "varchar"),
        ("value", "Value", "monetary"),
        ("status", "Status", "status"),
    ),
    "personFields": (("name", "Name", "varchar"), ("phone", "Phone", "phone")),
    "organizationFields": (("name", "Name", "varchar"), ("industry", "Industry", "enum")),
    "productFields": (("name", "Name", "varchar"), ("category", "Category", "enum")),
    "activityFields": (("subject", "Subject", "varchar"), ("due_date", "Due date", "date")),
}
_CUSTOM = {
    "dealFields": (
        ("Deposit", "monetary"), ("Roof type", "enum"), ("Extras", "set"), ("Lead score", "double"),
        ("Survey window", "daterange"), ("Call before", "time"), ("Remarks", "text"),
    ),
    "personFields": (("Preferred language", "enum"), ("Birthday gift", "varchar")),
    "organizationFields": (("Crews", "int"), ("Branch address", "address")),
    "productFields": (("Warranty", "varchar"),),
    "activityFields": (("Weather", "enum"),),
}  # fmt: skip
_OPTIONS = {
    "Roof type": ("Metal", "Shingle", "Slate", "Ünïcode 屋根 🏠"),
    "Extras": ("Gutters", "Skylight", "Chimney"),
    "Preferred language": ("English", "Español", "العربية"),
    "Weather": ("Dry", "Rain"),
}


def make_code(field_list: str, label: str) -> str:
    """The hash by which records name a custom field; another one for each kind of record."""
    return hashlib.sha256(f"{field_list}:{label}".encode()).hexdigest()[:40]


def generate_field_lists() -> dict[str, list[Fields]]:
    """All definitions by list."""
    return {
        name: [
            *(build_field(code, label, kind, is_custom=False) for code, label, kind in _BUILT_IN[name]),
            *(build_field(make_code(name, label), label, kind) for label, kind in _CUSTOM[name]),
        ]
        for name in _BUILT_IN
    }


def build_field(code: str, label: str, kind: str, *, is_custom: bool = True) -> Fields:
    """One definition."""
    options = None
    if kind in ("enum", "set"):
        labels = _OPTIONS.get(label, ("One", "Two"))
        first = 34 if is_custom else 1
        options = [{"id": first + number, "label": one} for number, one in enumerate(labels)]
    subfields = None
    if kind == "monetary":
        subfields = [{"field_code": "currency", "field_name": "Currency", "field_type": "varchar"}]
    return {
        "field_code": code,
        "field_name": label,
        "field_type": kind,
        "is_custom_field": is_custom,
        "is_optional_response_field": False,
        "options": options,
        "subfields": subfields,
    }


def make_values(definitions: list[Fields], rng: Random) -> Fields:
    """Values of a record's custom fields by hash; about a third of them unset."""
    return {
        one["field_code"]: None if rng.random() < 0.35 else _make_value(one, rng)
        for one in definitions
        if one["is_custom_field"]
    }


def _make_value(definition: Fields, rng: Random) -> object:
    kind, options = definition["field_type"], definition["options"] or []
    ids = [one["id"] for one in options]
    number = rng.randrange(1, 28)
    values: dict[str, object] = {
        "monetary": {"value": number * 12.5, "currency": rng.choice(("USD", "CAD"))},
        "enum": rng.choice(ids) if ids else None,
        "set": sorted(rng.sample(ids, min(2, len(ids)))),
        "double": number / 4,
        "int": number,
        "daterange": {"value": f"2026-01-{number:02d}", "until": f"2026-02-{number:02d}"},
        "time": {"value": f"{number % 24:02d}:30:00", "timezone_id": 123, "timezone_name": "America/Chicago"},
        "address": {
            "value": f"{number} Sample Street, Sampletown",
            "country": "United States",
            "locality": None,
        },
    }
    return values.get(kind, f"Text {number}")
