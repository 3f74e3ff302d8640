"""Users, organizations and persons."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.frame import made_up
from sandbox.pipedrive.times import to_user, to_v2

Fields = dict[str, Any]


def build_user(number: int, rng: Random, created_ms: int, changed_ms: int) -> Fields:
    """A user as v1 shows one."""
    first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
    return {
        "id": 11 + number,
        "name": f"{first} {last}",
        "default_currency": "USD",
        "locale": "en_US",
        "lang": 1,
        "email": f"user.{number}@example.com",
        "phone": made_up.phone_numbers(rng, 1)[0] if number % 3 else None,
        "activated": True,
        "last_login": to_user(changed_ms) if number % 4 else None,
        "created": to_user(created_ms),
        "modified": to_user(changed_ms) if number % 5 else None,
        "has_created_company": number == 0,
        "access": [
            {
                "app": "sales",
                "admin": number == 0,
                "permission_set_id": "11111111-2222-4333-8444-666666666666",
            }
        ],
        "active_flag": number % 6 != 5,
        "timezone_name": "America/Chicago",
        "timezone_offset": "-06:00",
        "role_id": 1 + number % 2,
        "icon_url": f"https://icons.example.com/{number}.png" if number % 3 == 1 else None,
        "is_you": number == 0,
        "is_deleted": False,
    }


def build_organization(number: int, rng: Random, created_ms: int, changed_ms: int, owner: int) -> Fields:
    """An organization; every fourth has no address."""
    city, state, zip_code = rng.choice(made_up.CITIES)
    street = made_up.street_addresses(rng, 1)[0]
    address = {
        "value": f"{street}, {city}, {state}, USA",
        "country": "United States",
        "admin_area_level_1": state,
        "admin_area_level_2": None,
        "locality": city,
        "sublocality": None,
        "route": street.partition(" ")[2],
        "street_number": street.partition(" ")[0],
        "subpremise": None,
        "postal_code": zip_code,
    }
    return {
        "id": 301 + number,
        "name": made_up.company_names(rng, 1)[0],
        "owner_id": owner,
        "add_time": to_v2(created_ms),
        "update_time": to_v2(changed_ms),
        "is_deleted": False,
        "visible_to": rng.choice((1, 3, 5, 7)),
        "address": None if number % 4 == 3 else address,
        "label_ids": [1] if number % 5 == 0 else [],
        "website": f"https://www.example.com/{number}" if number % 2 else None,
        "linkedin": None,
        "industry": rng.choice((None, 1, 2)),
        "annual_revenue": rng.choice((None, 1_250_000.5, 98_000)),
        "employee_count": rng.choice((None, 5, 25)),
    }


def build_person(
    number: int, rng: Random, created_ms: int, changed_ms: int, owner: int, org: int | None
) -> Fields:
    """A person; some have several addresses, some only a blank one."""
    first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
    emails = [{"value": f"Person.{number}@Example.com", "primary": True, "label": "work"}]
    if number % 3 == 1:
        emails.insert(0, {"value": f"second.{number}@example.com", "primary": False, "label": "home"})
    if number % 7 == 4:
        emails = [{"value": f"only.{number}@example.com", "primary": False, "label": "work"}]
    if number % 9 == 8:
        emails = []
    phone = "" if number % 4 == 0 else made_up.phone_numbers(rng, 1)[0]
    person: Fields = {
        "id": 501 + number,
        "name": f"{first} {last}",
        "first_name": first,
        "last_name": last,
        "owner_id": owner,
        "org_id": org,
        "add_time": to_v2(created_ms),
        "update_time": to_v2(changed_ms),
        "emails": emails,
        "phones": [{"value": phone, "primary": True, "label": "work"}],
        "is_deleted": False,
        "visible_to": rng.choice((1, 3, 5, 7)),
        "label_ids": [],
        "picture_id": 70_000 + number if number % 8 == 1 else None,
    }
    if number % 2:
        person |= {
            "job_title": rng.choice(made_up.JOB_TITLES),
            "birthday": "1980-02-29",
            "notes": "",
            "postal_address": {"value": "1 Sample Street", "country": "United States"},
            ("im" if number % 4 == 1 else "ims"): [
                {"value": f"im{number}", "primary": True, "label": "google"}
            ],
        }
    return person
