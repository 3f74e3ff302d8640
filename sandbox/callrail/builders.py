"""Makes the fields of companies, trackers, tags, users and accounts; events are made by `event_builders`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from sandbox.callrail.store import Fields, Record, Store
from sandbox.callrail.times import find_zone, in_zulu, with_offset, with_spaces
from sandbox.frame import made_up

ZONES = ("America/Denver", "America/New_York", "America/Chicago", "America/Los_Angeles", "EST", "HST", "PDT")
TRACKER_SOURCES = ("google_my_business", "all", "direct", "offline", "facebook_all", "web_referrer", "search")
COLORS = ("gray1", "blue1", "green2", "red1", "orange3", "purple2")
PREMIUM = "premium_conversation_intelligence"
"""Feature of an account without which what is said in a call comes back as null."""
_ID_BITS = 128
_HIGHLIGHTS = ("estimate", "callback", "not a customer", "warranty", "storm", "insurance")


def make_id(rng: Random, prefix: str) -> str:
    """`CAL` and 32 hexadecimal digits."""
    return f"{prefix}{rng.getrandbits(_ID_BITS):032x}"


def phone(rng: Random) -> str:
    """A number in the range that is kept for fiction."""
    return f"+1{rng.choice((303, 206, 312, 415))}55501{rng.randrange(100):02d}"


def person(rng: Random) -> tuple[str, str]:
    """First and last name."""
    return rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)


def pick(store: Store, kind: str, account: str, rng: Random) -> Record:
    """Any record of a kind in an account."""
    return rng.choice(list(store.of_account(kind, account)))


def build_account(
    store: Store, rng: Random, record_id: str, _account: str, at_ms: int, _quirk: float
) -> Fields:
    """An account, with its own odd way to write a moment; the first one has the dearer plan."""
    return {
        "id": record_id,
        "name": f"{rng.choice(made_up.COMPANY_WORDS)} Agency",
        "numeric_id": 100_000_000 + rng.randrange(900_000_000),
        "inbound_recording_enabled": True,
        "outbound_recording_enabled": rng.random() < 0.5,
        "hipaa_account": False,
        "created_at": with_spaces(at_ms, find_zone("EST")),
        "brand_status": "unregistered",
        "features": ["call_tracking", "form_tracking", *([] if store.records["accounts"] else [PREMIUM])],
    }


def build_company(
    _store: Store, rng: Random, record_id: str, _account: str, at_ms: int, quirk: float
) -> Fields:
    """A company; one in eight is disabled, some have a zone's name of old."""
    is_disabled = rng.random() < 0.125
    return {
        "id": record_id,
        "name": made_up.company_names(rng, 1)[0],
        "status": "disabled" if is_disabled else "active",
        "time_zone": ZONES[4:][rng.randrange(3)] if quirk < 0.1 else rng.choice(ZONES[:4]),
        "created_at": in_zulu(at_ms),
        "disabled_at": in_zulu(at_ms + 90 * 86_400_000) if is_disabled else None,
        "dni_active": None if is_disabled else rng.random() < 0.8,
        "script_url": None if is_disabled else f"//cdn.example.test/companies/{rng.randrange(10**6)}/swap.js",
        "callscore_enabled": False,
        "lead_scoring_enabled": rng.random() < 0.5,
        "callscribe_enabled": rng.random() < 0.2,
        "keyword_spotting_enabled": rng.random() < 0.2,
        "form_capture": True,
        "swap_exclude_jquery": rng.choice((None, True)),
        "swap_ppc_override": rng.choice((None, False, True)),
        "swap_landing_override": rng.choice((None, "landing")),
        "swap_cookie_duration": rng.choice((6, 12, 30)),
        "swap_cookie_duration_unit": rng.choice(("months", "weeks", "days")),
        "verified_caller_ids": [phone(rng)] if rng.random() < 0.3 else [],
    }


def build_tracker(
    store: Store, rng: Random, record_id: str, account: str, at_ms: int, _quirk: float
) -> Fields:
    """A tracking number or pool."""
    company = pick(store, "companies", account, rng).fields
    is_session = rng.random() < 0.2
    is_disabled = rng.random() < 0.1
    numbers = [phone(rng) for _ in range(4 if is_session else 1)]
    destination = phone(rng)
    return {
        "id": record_id,
        "name": f"{rng.choice(made_up.TRADES)} {rng.choice(('listing', 'site', 'mailer', 'van'))}",
        "type": "session" if is_session else "source",
        "status": "disabled" if is_disabled else "active",
        "destination_number": None if rng.random() < 0.1 else destination,
        "tracking_numbers": numbers,
        "whisper_message": rng.choice((None, "Call from the listing")),
        "sms_supported": not is_session,
        "sms_enabled": not is_session and rng.random() < 0.7,
        "company": {"id": company["id"], "name": company["name"]},
        "source": {"type": rng.choice(TRACKER_SOURCES)},
        "call_flow": {
            "type": "basic",
            "recording_enabled": True,
            "destination_number": destination,
            "greeting_text": None,
            "greeting_recording_url": None,
        },
        "campaign_name": rng.choice((None, "Spring", "Storm season")),
        "swap_targets": [destination] if rng.random() < 0.5 else [],
        "created_at": in_zulu(at_ms),
        "disabled_at": in_zulu(at_ms + 30 * 86_400_000) if is_disabled else None,
    }


def build_tag(store: Store, rng: Random, record_id: str, account: str, at_ms: int, _quirk: float) -> Fields:
    """A tag of a company or of the whole account; its id is a number."""
    company = pick(store, "companies", account, rng).fields["id"] if rng.random() < 0.6 else None
    color = rng.choice(COLORS)
    return {
        "id": int(record_id),
        "name": f"{rng.choice(_HIGHLIGHTS)} {int(record_id) % 1000}",
        "tag_level": "account" if company is None else "company",
        "color": color,
        "background_color": color,
        "company_id": company,
        "status": "disabled" if rng.random() < 0.1 else "enabled",
        "created_at": in_zulu(at_ms),
    }


def build_user(store: Store, rng: Random, record_id: str, account: str, at_ms: int, _quirk: float) -> Fields:
    """A user and the companies it sees."""
    first, last = person(rng)
    companies = list(store.of_account("companies", account))
    seen = rng.sample(companies, min(len(companies), rng.randrange(1, 4)))
    return {
        "id": record_id,
        "email": f"{first}.{last}.{rng.randrange(10**6)}@example.test".lower(),
        "first_name": first,
        "last_name": last,
        "name": f"{first} {last}",
        "role": rng.choice(("admin", "manager", "reporting", "analyst")),
        "accepted": rng.random() < 0.9,
        "created_at": with_offset(at_ms, find_zone("America/New_York")),
        "companies": [{"id": one.fields["id"], "name": one.fields["name"]} for one in seen],
    }


Builder = Callable[[Store, Random, str, str, int, float], Fields]
"""Takes the store, random numbers, the new id, its account, its moment, and a number from 0 to 1 that is
small where something awkward is wanted."""
