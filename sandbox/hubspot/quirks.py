"""Awkward values as real accounts hold them, spread thinly over the generated records."""

from __future__ import annotations

from random import Random

from sandbox.hubspot.records import TypeStore

ODD_PHONES = ("555-0100 ext 7", "(555) 010-0199", "call after 5pm", "5550100", "+1 (555) 010-0123", "n/a", "")
ODD_DATES = ("1572480000000", "1767225600000", "2025-11-02T01:30:00Z")
BROKEN_DATES = ("not a date", "2025-02-30", "31/12/2025")
ODD_NUMBERS = (
    "1,234.50",
    "12,000",
    "1.5E7",
    "6.800000000000001",
    "0.1000000000000000055511151231257827",
    "-250.00",
)
BROKEN_NUMBERS = ("12 USD", "n/a", "1.234,50")
EMOJI_NAMES = (
    "Zoë 🏠",
    "李 Wei",
    'O\'Brien "Bo"',
    "Ana María",
    "🔥",
    "Müller; Sons",
    "line\nbreak",
    " padded ",
)

QUIRKS: tuple[tuple[str, str, tuple[str, ...], float], ...] = (
    ("contacts", "phone", ODD_PHONES, 0.02),
    ("contacts", "mobilephone", ODD_PHONES, 0.01),
    ("contacts", "email", ("not-an-email", "two@@example.com", "spaces in@example.com"), 0.001),
    ("contacts", "email", ("Upper.Case@Example.COM", "tag+roof@example.com"), 0.002),
    ("contacts", "firstname", EMOJI_NAMES, 0.01),
    ("contacts", "lifecyclestage", ("46712345", "98123456"), 0.01),
    ("contacts", "total_revenue", ODD_NUMBERS, 0.005),
    ("contacts", "total_revenue", BROKEN_NUMBERS, 0.0005),
    ("contacts", "first_conversion_date", ODD_DATES, 0.01),
    ("contacts", "first_conversion_date", BROKEN_DATES, 0.0005),
    ("contacts", "num_conversion_events", ("3.0", "1,024", "1E1"), 0.002),
    ("companies", "name", EMOJI_NAMES, 0.01),
    ("companies", "phone", ODD_PHONES, 0.02),
    ("companies", "annualrevenue", ODD_NUMBERS, 0.01),
    ("companies", "numberofemployees", ("1,200", "25.0", "about 50"), 0.003),
    ("companies", "recent_deal_close_date", (*ODD_DATES, *BROKEN_DATES), 0.003),
    ("deals", "amount", ODD_NUMBERS, 0.01),
    ("deals", "amount", BROKEN_NUMBERS, 0.0007),
    ("deals", "dealname", EMOJI_NAMES, 0.005),
    ("deals", "closedate", ODD_DATES, 0.01),
    ("deals", "closedate", BROKEN_DATES, 0.0007),
    ("tickets", "content", ("Ünïcödé 🛠️ and\ttabs", "<b>html</b> & entities"), 0.01),
    ("tickets", "time_to_close", ("1.2E8", "86,400,000"), 0.003),
    ("products", "price", ("1,299.00", "19.990000000000002"), 0.02),
    ("products", "hs_tier_ranges", ("{not json",), 0.005),
    ("line_items", "price", ODD_NUMBERS, 0.005),
    ("line_items", "quantity", ("1.0", "0", "1E2"), 0.005),
    ("line_items", "hs_recurring_billing_start_date", (*ODD_DATES, "2025-13-01"), 0.002),
    ("calls", "hs_call_from_number", ("anonymous", "+1 555 010 0100", "sip:100@example.com", ""), 0.01),
    ("calls", "hs_call_duration", ("38000.0", "1,200"), 0.003),
    ("calls", "hs_timestamp", ("1736071200000",), 0.005),
)
OMITTED_SHARE = 0.002
OMITTED = {"contacts": "fax", "companies": "address2", "deals": "hs_next_step", "calls": "hs_attachment_ids"}


def spread_quirks(store: TypeStore, seed: int) -> None:
    """Overwrite a small share of one type's values; at least one record each where there are 200."""
    name = store.object_type.name
    ids = list(store.records)
    for number, (type_name, prop, values, share) in enumerate(QUIRKS):
        if type_name != name or prop not in store.definitions or len(ids) < 200:
            continue
        rng = Random(f"{seed}:quirk:{number}")
        for turn, record_id in enumerate(rng.sample(ids, max(1, round(len(ids) * share)))):
            store.records[record_id].properties[prop] = values[turn % len(values)]
    if name in OMITTED and len(ids) >= 200:
        rng = Random(f"{seed}:omitted:{name}")
        for record_id in rng.sample(ids, max(1, round(len(ids) * OMITTED_SHARE))):
            store.records[record_id].omitted = frozenset({OMITTED[name]})
