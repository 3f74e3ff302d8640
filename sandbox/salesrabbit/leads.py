"""Leads: pins on a map with an owner, a status and little else, the same ones for the same seed."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from sandbox.salesrabbit.config import SalesRabbitConfig
from sandbox.salesrabbit.people import FIRST_STATUS_ID, FIRST_USER_ID, STATUSES
from sandbox.salesrabbit.times import to_date, to_iso

FIRST_LEAD_ID = 13_688
HISTORY_MS = 700 * DAY_MS
"""The account's age at the anchor."""
NEWEST_MS = HOUR_MS
"""The newest change lies at least this long before the anchor."""
ODD_EMAILS = ("not-an-email", "two@@example.com", " Upper.Case@Example.COM ", "n/a")
ODD_PHONES = ("555-0100 ext 7", "(555) 010-0199", "call after 5pm", "5550100", "none", "0")
EMOJI_NAMES = ("Zoë 🏠", "李 Wei", 'O\'Brien "Bo"', "🔥", " padded ", "line\nbreak")

Fields = dict[str, Any]


def generate_leads(config: SalesRabbitConfig, users: list[Fields]) -> list[Fields]:
    """Leads in the order of their ids, which is nearly that of their creation."""
    count = config.count_of("leads")
    rng = Random(f"{config.seed}:leads")
    anchor_ms = config.anchor_ms
    step = (HISTORY_MS - 2 * NEWEST_MS) // max(count, 1)
    found, lead_id = [], FIRST_LEAD_ID
    for number in range(count):
        created_ms = anchor_ms - HISTORY_MS + number * step + rng.randrange(max(step, 1))
        owner = users[rng.randrange(len(users))] if users else None
        found.append(_build_lead(lead_id, created_ms, rng, owner, config))
        lead_id += rng.randint(1, 3)
    return found


def _build_lead(
    lead_id: int, created_ms: int, rng: Random, owner: Fields | None, config: SalesRabbitConfig
) -> Fields:
    newest_ms = config.anchor_ms - NEWEST_MS
    status_ms = min(created_ms + int(rng.expovariate(1 / (30 * DAY_MS))), newest_ms)
    # the modified date follows the status by a second or more
    modified_ms = min(status_ms + rng.randrange(SECOND_MS, 10 * MINUTE_MS), newest_ms + SECOND_MS)
    city, state, zip_code = rng.choice(made_up.CITIES)
    lead: Fields = {
        "id": lead_id,
        "userName": f"{owner['firstName']} {owner['lastName']}".strip() if owner else "",
        "userId": owner["id"] if owner else FIRST_USER_ID,
        "firstName": rng.choice(made_up.FIRST_NAMES),
        "lastName": rng.choice(made_up.LAST_NAMES),
        "phonePrimary": made_up.phone_numbers(rng, 1)[0].removeprefix("+1"),
        "phoneAlternate": "",
        "email": f"lead.{lead_id}@example.com",
        "street1": made_up.street_addresses(rng, 1)[0],
        "street2": f"Apt {rng.randrange(1, 90)}" if rng.random() < 0.1 else "",
        "city": city,
        "state": state,
        "zip": zip_code,
        "country": "USA",
        "latitude": round(44 + rng.random(), 12),
        "longitude": round(-123 - rng.random(), 12),
        "status": STATUSES[rng.randrange(len(STATUSES))][0],
        "notes": f"{made_up.sentence(rng, words=4)}\nRing twice" if rng.random() < 0.2 else None,
        "customFields": {"roofAge": str(rng.randrange(1, 40)), "pets": rng.choice(("dog", "cat", ""))},
        "businessName": "",
        "appointment": None,
        "integrationData": {},
        "statusModified": to_iso(status_ms),
        "ownerModified": to_iso(created_ms),
        "dateCreated": to_iso(created_ms),
        "dateModified": to_iso(modified_ms),
    }
    if rng.random() < 0.1:
        start_ms = modified_ms + rng.randrange(1, 20) * DAY_MS
        lead["appointment"] = {"id": 70_000 + lead_id, "start": to_iso(start_ms), "notes": "Bring samples"}
    if config.ancestor_fields:
        lead |= _ancestor_fields(lead_id, modified_ms, rng)
    if config.quirks:
        _make_uneven(lead, rng)
    return nest(lead) if config.shape == "nested" else lead


def _ancestor_fields(lead_id: int, modified_ms: int, rng: Random) -> Fields:
    born_ms = modified_ms - rng.randrange(9_000, 30_000) * DAY_MS
    files = [{"id": lead_id * 10, "name": "roof.jpg", "url": f"https://files.example.com/{lead_id}.jpg"}]
    return {
        "campaignId": rng.randrange(1, 60) if rng.random() < 0.5 else None,
        "dateOfBirth": to_date(born_ms) if rng.random() < 0.1 else None,
        "files": files if rng.random() < 0.05 else [],
        "deletedAt": to_iso(modified_ms) if rng.random() < 0.01 else None,
    }


def _make_uneven(lead: Fields, rng: Random) -> None:
    """Blanks as '', objects as text or lists: what a rep at a door leaves behind."""
    blank = rng.random()
    if blank < 0.5:
        lead["email"] = ""
    if blank < 0.4:
        lead["phonePrimary"] = ""
    if blank < 0.3:
        lead["firstName"] = lead["lastName"] = ""
    if rng.random() < 0.05:
        lead["businessName"] = made_up.company_names(rng, 1)[0]
    empty = rng.random()
    if empty < 0.6:
        lead["customFields"] = "{}" if empty < 0.35 else ([] if empty < 0.5 else {})
    other = rng.random()
    lead["integrationData"] = (
        [] if other < 0.3 else ({"crm": {"id": f"x{lead['id']}"}} if other < 0.4 else {})
    )
    rare = rng.random()
    if rare < 0.01:
        lead["email"] = rng.choice(ODD_EMAILS)
    elif rare < 0.03:
        lead["phoneAlternate"] = rng.choice(ODD_PHONES)
    elif rare < 0.05:
        lead["firstName"] = rng.choice(EMOJI_NAMES)
    elif rare < 0.06:
        lead["latitude"] = lead["longitude"] = None


def nest(lead: Fields) -> Fields:
    """Move address and coordinates into objects of their own."""
    address = {name: lead.pop(name) for name in ("street1", "street2", "city", "state", "zip", "country")}
    coordinates = {name: lead.pop(name) for name in ("latitude", "longitude")}
    return {**lead, "address": address, "coordinates": coordinates}


def generate_histories(leads: list[Fields], seed: int) -> dict[int, list[Fields]]:
    """One to three status events of each second lead; the last is its present status."""
    rng = Random(f"{seed}:histories")
    numbers = {name: number for number, (name, _, _) in enumerate(STATUSES)}
    found = {}
    for lead in leads[::2]:
        final = numbers[lead["status"]]
        others = [number for number in range(len(STATUSES)) if number != final]
        first = {**lead, "statusModified": lead["dateCreated"]}
        found[lead["id"]] = [build_event(first, number) for number in rng.sample(others, rng.randrange(3))]
        found[lead["id"]].append(build_event(lead, final))
    return found


def build_event(lead: Fields, number: int) -> Fields:
    """One event; ids of users are texts here and integers elsewhere."""
    name, short, active = STATUSES[number]
    return {
        "id": FIRST_STATUS_ID + number,
        "name": name,
        "abbreviation": short,
        "active": active,
        "changedByUserId": str(lead["userId"]),
        "statusUpdated": lead["statusModified"],
        "leadCreated": lead["dateCreated"],
        "leadModified": lead["dateModified"],
    }
