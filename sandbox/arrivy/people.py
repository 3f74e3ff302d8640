"""Made-up groups, customers, entities (crew members) and status definitions, the same for the same seed."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.arrivy.config import ArrivyConfig
from sandbox.arrivy.record_parts import (
    FIRST_ID,
    OWNER_ID,
    address,
    make_ids,
    make_times,
    position,
    time_fields,
)
from sandbox.arrivy.store import Fields, Record
from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS

STATUS_TYPES = (
    ("NOTSTARTED", "Not Started"),
    ("ENROUTE", "En Route"),
    ("STARTED", "Started"),
    ("COMPLETE", "Complete"),
    ("EXCEPTION", "Exception"),
    ("CANCELLED", "Cancelled"),
    ("PREPARING", "Preparing"),
    ("CONFIRMED", "Confirmed"),
    ("RECOMMENDED", "Recommended"),
    ("RESCHEDULED", "Rescheduled"),
    ("CUSTOMER_EXCEPTION", "Customer Exception"),
    ("READYFORPICKUP", "Ready for Pickup"),
    ("CUSTOM", "Demo Sold"),
    ("CUSTOM", "Waiting for Parts"),
    ("CUSTOM", "Old Follow-up"),
    ("CUSTOM", "Permit Filed"),
    ("CUSTOM", "Material Ordered"),
    ("CUSTOM", "Second Visit"),
)
_ZONES = ("America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York")


def generate_groups(config: ArrivyConfig, anchor_ms: int) -> list[Record]:
    """Partner companies and locations."""
    rng = Random(f"{config.seed}:groups")
    records = []
    for number, (record_id, times) in enumerate(
        zip(
            make_ids("groups", config.count_of("groups"), rng),
            make_times(config, "groups", anchor_ms, rng),
            strict=True,
        )
    ):
        name = made_up.company_names(rng, 1)[0]
        where = address(rng)
        fields: Fields = {
            "id": record_id,
            "owner": OWNER_ID,
            "name": name,
            "url_safe_id": f"Zw{number:06x}",
            "description": rng.choice((None, "", "Partner", made_up.sentence(rng))),
            "email": f"office.{number}@example.com",
            "phone": rng.choice((None, *made_up.phone_numbers(rng, 2))),
            "mobile_number": made_up.phone_numbers(rng, 1)[0],
            "emergency": "",
            "website": f"https://{number}.example.com",
            **where,
            "complete_address": f"{where['address_line_1']}, {where['city']}, {where['state']}",
            "timezone": rng.choice(_ZONES),
            "image_id": None,
            "image_path": None,
            "exact_location": position(rng),
            "extra_fields": None,
            "social_links": {"facebook": f"https://social.example.com/{number}"},
            "additional_addresses": [],
            "territory_ids": [],
            "is_default": number == 0,
            "is_disabled": rng.random() < 0.05,
            "is_implicit": False,
            "created_by": OWNER_ID,
            **time_fields(config, *times),
        }
        records.append(Record(fields))
    return records


def generate_customers(config: ArrivyConfig, anchor_ms: int) -> list[Record]:
    """The people whose homes the jobs are at."""
    rng = Random(f"{config.seed}:customers")
    records = []
    for number, (record_id, times) in enumerate(
        zip(
            make_ids("customers", config.count_of("customers"), rng),
            make_times(config, "customers", anchor_ms, rng),
            strict=True,
        )
    ):
        first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
        fields: Fields = {
            "id": record_id,
            "owner": OWNER_ID,
            "external_id": f"C-{number:05d}" if rng.random() < 0.7 else None,
            "company_name": made_up.company_names(rng, 1)[0] if rng.random() < 0.2 else "",
            "first_name": first,
            "last_name": last,
            "email": f"{first}.{last}.{number}@example.com".lower(),
            "phone": "",
            "mobile_number": made_up.phone_numbers(rng, 1)[0],
            **address(rng),
            "exact_location": position(rng),
            "notes": rng.choice((None, made_up.sentence(rng))),
            "notifications": {"email": True, "sms": rng.random() < 0.5},
            "extra_fields": rng.choice((None, {}, {"gate": str(rng.randrange(9999))})),
            "timezone": rng.choice(_ZONES),
            **time_fields(config, *times),
        }
        records.append(Record(fields))
    return records


def generate_entities(config: ArrivyConfig, anchor_ms: int, groups: list[Record]) -> list[Record]:
    """Crew members; only name, id and type are always there."""
    rng = Random(f"{config.seed}:entities")
    records = []
    for number, (record_id, times) in enumerate(
        zip(
            make_ids("entities", config.count_of("entities"), rng),
            make_times(config, "entities", anchor_ms, rng),
            strict=True,
        )
    ):
        first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
        head: Fields = {
            "id": record_id,
            "type": rng.choice(("Installer", "Measure", "Day shift", "North route")),
            "owner": OWNER_ID,
            "name": f"{first} {last}",
        }
        fields = {**head, **_entity_details(rng, number, record_id, groups), **time_fields(config, *times)}
        records.append(Record(head if config.quirks and number % 25 == 24 else fields))
    return records


def _entity_details(rng: Random, number: int, record_id: int, groups: list[Record]) -> Fields:
    details: Fields = {
        "username": f"crew.{number}",
        "email": f"crew.{number}@example.com",
        "phone": made_up.phone_numbers(rng, 1)[0],
        "color": f"{rng.randrange(0x1000000):06x}",
        "url_safe_id": f"RW50{number:06x}",
        "invite_status": rng.choice(("ACCEPTED", "PENDING", None)),
        "external_type": None,
        "template_id": None,
        "can_turnoff_location": True,
        "is_default": number == 0,
        "is_included_in_billing": rng.random() < 0.9,
        "force_stop_billing": False,
        "details": rng.choice((None, "", made_up.sentence(rng))),
        "extra_fields": rng.choice((None, {}, {"van": str(rng.randrange(50))})),
        "group_id": rng.choice(groups).id if groups else None,
        "image_id": 12367 + number,
        "image_path": f"https://img.example.com/{12367 + number}",
        "external_id": f"E-{number}",
        "is_disabled": rng.random() < 0.1,
        "permission": rng.choice(("ADMIN", "SCHEDULER", "FIELDCREW", "LIMITEDACCESS")),
        "user_type": "CREW",
        "skill_ids": [],
        "skill_details": [],
        "permission_groups": [],
        "visible_bookings": None,
        "can_manage_entities": [],
        "can_manage_crews": [],
        "can_manage_resources": [],
        "template_extra_fields": None,
        "complete_address": None,
        "additional_group_ids": [],
        "notifications": {"email": True, "sms": False},
        "joined_datetime": "2024-03-01T15:00:00",
        **address(rng),
        "exact_location": position(rng),
        "lastreading": {"entity": record_id, **position(rng), "time": "2025-05-06T15:34:04.848640"},
    }
    if rng.random() < 0.8:
        details["is_active"] = not details["is_disabled"]
    return details


def generate_statuses(config: ArrivyConfig, anchor_ms: int) -> list[Record]:
    """The definitions of statuses: the vendor's own and the account's."""
    created_ms = anchor_ms - config.history_days * DAY_MS
    rng = Random(f"{config.seed}:statuses")
    records = []
    for number, (code, title) in enumerate(STATUS_TYPES):
        fields: dict[str, Any] = {
            "id": FIRST_ID["statuses"] + number,
            "type_id": number + 1,
            "type": code,
            "title": title,
            "color": ("#" if number % 2 else "") + f"{(number * 911_111) % 0x1000000:06X}",
            "order": number + 1,
            "visible_to_customer": number % 3 != 0,
            "require_signature": code == "COMPLETE",
            "require_rating": False,
            "is_active": title != "Old Follow-up",
            "description": rng.choice((None, "", made_up.sentence(rng))),
            **time_fields(config, created_ms, created_ms + number * DAY_MS),
        }
        if title == "Waiting for Parts" and config.quirks:
            fields["name"] = fields.pop("title")
        records.append(Record(fields))
    return records
