"""What sources submit: the fields of made-up leads, some of them as odd as real forms send them."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.frame import made_up
from sandbox.leadconduit.config import LeadConduitConfig
from sandbox.leadconduit.typed import STATE_NAMES, TYPES, flatten, wrap

Fields = dict[str, Any]
TWENTY_DIGITS = "98765432109876543210"
_ODD: tuple[Fields, ...] = (
    {"email": "nophone@", "phone_1": "none"},
    {"email": " Upper.Case@Example.COM ", "last_name": "\U0001f600\U00020bb7", "first_name": "Zo\u00eb"},
    {"first_name": "\u202e\u05d0\u05d1\u05d2", "city": "\u0645\u062f\u064a\u0646\u0629"},
    {"comments": "before NUL \0 after", "product": "line\nbreak\ttab \\N"},
    {"comments": "", "product": None, "city": "", "reference": TWENTY_DIGITS},
    {"state": "Narnia", "postal_code": "03101-0042", "gender": "unknown"},
    {"dob": "13/45/1980", "age": "no answer", "price": "abc", "home_owner": "perhaps"},
    {"preferred_time": "2026-03-08T02:30:00", "other_time": "2025-11-02 01:30", "age": "18+"},
    {"trustedform_cert_url": "https://old.example.test/cert", "email": "", "phone_2": ""},
    {"opt_in": "0", "phone_3": "call after 5pm", "ip_address": "198.51.100.7", "address_1": "12 Main Street"},
)  # fmt: skip


def build_lead(number: int, rng: Random, config: LeadConduitConfig) -> Fields:
    """The fields of one lead, without its id."""
    city, short, zip_code = rng.choice(made_up.CITIES)
    first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
    lead: Fields = {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{number}@Example.test",
        "phone_1": f"(555) {rng.randrange(200, 1000)}-{rng.randrange(10_000):04d}",
        "address_1": made_up.street_addresses(rng, 1)[0],
        "address_2": f"Apt {rng.randrange(1, 90)}" if rng.random() < 0.1 else None,
        "city": city,
        "state": STATE_NAMES[short].lower(),
        "postal_code": zip_code,
        "country": "US",
        "reference": f"WEB-{number}",
        "product": rng.choice(made_up.TRADES),
        "trustedform_cert_url": f"https://cert.example.test/{rng.randrange(16**20):040x}",
        "price": f"${rng.randrange(50, 9000) / 100:.2f}",
        "user_agent": "Mozilla/5.0 (made up)",
        "opt_in": rng.choice(("yes", "no", "1")),
        "comments": made_up.sentence(rng),
    }
    if rng.random() < 0.2:
        lead |= {
            "dob": f"19{rng.randrange(40, 99)}-0{rng.randrange(1, 10)}-1{rng.randrange(10)}",
            "age": "45-50",
        }
        lead |= {"gender": rng.choice(("male", "female")), "ip_address": f"192.0.2.{rng.randrange(255)}"}
        lead |= {"phone_2": "5550100100", "phone_3": "1-555-010-0199", "home_owner": "yes"}
    count = config.count_of("leads")
    if config.quirks and number % 4 == 1:
        lead |= _ODD[number // 4 % len(_ODD)]
        # one of the youngest, which the retention leaves
        if count - 4 <= number < count:
            lead["comments"] = "long \N{OPEN BOOK}" * (config.long_text // 6)
    return lead


def show_lead(lead: Fields, number: int, config: LeadConduitConfig) -> Fields:
    """The fields as an event has them: objects where they have a type, or plain values."""
    if config.typed == "objects" or (config.typed == "mixed" and number % 3):
        shown = wrap(lead)
        if config.quirks and number % 20 == 5:
            # a field that was submitted twice
            shown["phone_1"] = [TYPES["phone_1"]("(555) 010-0107"), TYPES["phone_1"]("(555) 010-0108")]
        return shown
    return flatten(lead)
