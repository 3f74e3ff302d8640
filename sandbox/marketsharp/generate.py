"""Made-up records in the shape of the model; a share of them is as awkward as real accounts are."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from random import Random

from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS, HOUR_MS
from sandbox.marketsharp import quirks, times
from sandbox.marketsharp.config import MarketSharpConfig
from sandbox.marketsharp.sets import BOOLEAN, BY_KIND, DATETIME, DECIMAL, INT32, KINDS, EntitySet
from sandbox.marketsharp.store import TYPED_KINDS, Fields, Id, Store, Value

_TARGETS = {
    "contactId": "contacts",
    "inquiryId": "inquiries",
    "appointmentId": "appointments",
    "resultId": "appointment_results",
    "contactPhoneId": "contacts",
    "primaryAddressId": "addresses",
    "inquiryStatusId": "inquiry_statuses",
    "activityResultId": "activity_results",
    "activityReferenceId": "activity_references",
    "inquirySourcePrimaryId": "inquiry_source_primaries",
    "inquirySourceSecondaryId": "inquiry_source_secondaries",
    "productTypeId": "product_types",
    "productDetailId": "product_details",
}
"""By property, the kind whose ids it has; other ids are those of employees."""
_WORDS = {
    "contactType": ("1", "2", "3"),
    "type": ("In Home", "Phone", "Online"),
    "status": ("Open", "Sold", "Installed"),
    "division": ("North", "South"),
    "source": ("Web", "Show", "Referral"),
    "maritalStatus": ("Married", "Single"),
}
_ALWAYS = frozenset({"isActive", "createdDate", "CreatedDate", "createdDateUtc"})


def generate(config: MarketSharpConfig) -> Store:
    """All records of an account."""
    store = Store()
    known = {kind: _make_ids(config, kind) for kind in KINDS}
    shared: list[Id] = []
    if config.counts is None:
        # a contact of a type is in its own set and among all contacts
        shared = [one for kind in TYPED_KINDS for one in known[kind]]
        known["contacts"][: len(shared)] = shared[: len(known["contacts"])]
    phones = config.count_of("contact_phones")
    if len(known["contacts"]) >= phones:
        known["contact_phones"] = known["contacts"][:phones]
    for kind in (*TYPED_KINDS, *(one for one in KINDS if one not in TYPED_KINDS)):
        rng = Random(f"{config.seed}:{kind}")
        for number, record_id in enumerate(known[kind]):
            there = _find_typed(store, record_id) if kind == "contacts" else None
            made = there or build_record(config, BY_KIND[kind], record_id, number, rng, known)
            store.put(kind, made)
    return store


def _find_typed(store: Store, record_id: Id) -> Fields | None:
    found = (store.tables[kind].get(record_id) for kind in TYPED_KINDS)
    return next((one for one in found if one is not None), None)


def _make_ids(config: MarketSharpConfig, kind: str) -> list[Id]:
    rng = Random(f"{config.seed}:{kind}:ids")
    count = config.count_of(kind)
    if BY_KIND[kind].has_number:
        return [101 + number for number in range(count)]
    return [make_id(rng, number if config.quirks else 0) for number in range(count)]


def make_id(rng: Random, number: int) -> str:
    """A GUID as a text; now and then in capitals, or one that an older program made."""
    made = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    if number % 11 == 7:
        return made.upper()
    return f"LEGACY-{made[:8]}" if number % 53 == 13 else made


def build_record(
    config: MarketSharpConfig,
    entity_set: EntitySet,
    record_id: Id,
    number: int,
    rng: Random,
    known: dict[str, list[Id]],
) -> Fields:
    """One record, its times before the anchor."""
    created_ms = config.anchor_ms - rng.randrange(3 * HOUR_MS, 900 * DAY_MS)
    changed_ms = min(created_ms + rng.randrange(300 * DAY_MS), config.anchor_ms - HOUR_MS)
    fields: Fields = {}
    for name, kind in entity_set.properties.items():
        if name == entity_set.key:
            fields[name] = record_id
        elif kind == DATETIME:
            fields[name] = _build_time(config, name, created_ms, changed_ms, rng)
        else:
            fields[name] = _build_value(name, kind, number, rng, known)
    if config.quirks:
        quirks.spoil(entity_set, fields, number)
    return fields


def _build_time(
    config: MarketSharpConfig, name: str, created_ms: int, changed_ms: int, rng: Random
) -> str | None:
    zone = "UTC" if name.endswith("Utc") else config.time_zone
    if name.lower().startswith("lastupdate"):
        return times.to_wall(changed_ms, zone)
    if name in _ALWAYS:
        return times.to_wall(created_ms, zone)
    if rng.random() < 0.3:
        return None
    moment = times.to_wall(created_ms + rng.randrange(30 * DAY_MS), zone)
    return moment[:10] + "T00:00:00" if name in ("creationDate", "inquiryDate", "saleDate") else moment[:19]


def _build_value(name: str, kind: str, number: int, rng: Random, known: dict[str, list[Id]]) -> Value:
    if kind == BOOLEAN:
        return name == "isActive" and number % 9 != 4 if name in _ALWAYS else rng.choice((True, False, None))
    if name.endswith("Id") and name not in ("companyId", "qbId"):
        ids = known[_TARGETS.get(name, "employees")]
        return rng.choice(ids) if ids and rng.random() < 0.8 else None
    if kind == INT32:
        return rng.choice((None, 0, 15, 60))
    if kind == DECIMAL:
        return f"{rng.randrange(5_000_000) / 100:.4f}"
    if name not in ("companyId", "name", "contactType") and rng.random() < 0.25:
        return None
    return _build_text(name, number, rng)


def _build_text(name: str, number: int, rng: Random) -> str:
    if name in _WORDS:
        return rng.choice(_WORDS[name])
    city, state, zip_code = rng.choice(made_up.CITIES)
    lower = name.lower()
    makers: dict[str, Callable[[], str]] = {
        "phone": lambda: made_up.phone_numbers(rng, 1)[0],
        "fax": lambda: made_up.phone_numbers(rng, 1)[0],
        "pager": lambda: made_up.phone_numbers(rng, 1)[0],
        "email": lambda: f"person.{number}@example.com",
        "website": lambda: "www.example.com",
        "first": lambda: rng.choice(made_up.FIRST_NAMES),
        "last": lambda: rng.choice(made_up.LAST_NAMES),
        "createdby": lambda: rng.choice(made_up.LAST_NAMES),
        "companyid": lambda: "1234",
        "city": lambda: city,
        "coounty": lambda: city,
        "state": lambda: state,
        "zip": lambda: zip_code,
        "line": lambda: made_up.street_addresses(rng, 1)[0],
        "lin2": lambda: f"Suite {number}",
        "itude": lambda: f"{rng.uniform(-90, 90):.6f}",
        "note": lambda: made_up.sentence(rng, words=12),
        "description": lambda: made_up.sentence(rng),
        "business": lambda: made_up.company_names(rng, 1)[0],
    }
    for part, make in makers.items():
        if part in lower:
            return make()
    return f"{made_up.sentence(rng, words=2).rstrip('.')} {number}"
