"""Awkward values as real orgs hold them, spread thinly over the generated records."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.salesforce.own_fields import fill_own_fields
from sandbox.salesforce.store import Store

_NAMES = ("Zoë 🏠", 'O\'Brien "Bo"', "Müller; Sons", "line\nbreak", " padded ", "李 Wei", "Comma, Inc.")
_NO_NULLS = ("NA", "NULL", "None", "N/A", "null", "nan")
"""Genuine texts, which CSV readers like to take for nothing."""
_PHONES = ("555-0100 ext 7", "(555) 010-0199", "call after 5pm", "n/a", "+1 555 010 0100")
QUIRKS: tuple[tuple[str, str, tuple[Any, ...], float], ...] = (
    ("accounts", "Name", (*_NAMES, *_NO_NULLS), 0.02),
    ("accounts", "Phone", _PHONES, 0.05),
    ("accounts", "AnnualRevenue", (5.6e9, 0.0, -250.0, 1.39e8, 123456789012.34, 0.0001), 0.03),
    ("accounts", "NumberOfEmployees", (0, 99_999_999), 0.01),
    ("accounts", "Description", ('<b>html</b> & "quotes", commas', "tab\there\r\nnew line", "🔥"), 0.02),
    ("contacts", "LastName", (*_NAMES, *_NO_NULLS), 0.02),
    ("contacts", "MobilePhone", _PHONES, 0.05),
    ("contacts", "Email", ("Upper.Case@Example.COM", "tag+roof@example.com"), 0.01),
    ("contacts", "Birthdate", ("1964-02-29", "1900-01-01"), 0.01),
    ("leads", "LastName", (*_NAMES, *_NO_NULLS), 0.02),
    ("leads", "Company", _NO_NULLS, 0.01),
    ("leads", "Phone", _PHONES, 0.05),
    ("leads", "AnnualRevenue", (1.0e7, 9_999_999.99), 0.02),
    ("opportunities", "Amount", (0.0, -1200.5, 1.25e7, 0.1), 0.02),
    ("opportunities", "CloseDate", ("2024-02-29", "2028-02-29", "2099-12-31"), 0.02),
    ("opportunities", "Description", ("=SUM(A1:A2)", "'--", "ends with \\"), 0.02),
    ("tasks", "Subject", (*_NAMES, *_NO_NULLS), 0.02),
    ("tasks", "Description", ("line 1\nline 2\n\nline 4", '"'), 0.03),
)


def spread_quirks(kind: str, store: Store, seed: int) -> None:
    """Overwrite a small share of one kind's values; at least one record each where there are 20."""
    records = list(store.tables[kind])
    if len(records) < 20:
        return
    for number, (quirky_kind, name, values, share) in enumerate(QUIRKS):
        if quirky_kind != kind:
            continue
        rng = Random(f"{seed}:quirk:{number}")
        for turn, record in enumerate(rng.sample(records, max(1, round(len(records) * share)))):
            record[name] = values[turn % len(values)]
            fill_own_fields(kind, store, record)
