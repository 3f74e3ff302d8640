"""Users and lead statuses: reps and managers in a tree of regions, offices and teams; names of statuses."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS, HOUR_MS
from sandbox.salesrabbit.config import SalesRabbitConfig
from sandbox.salesrabbit.times import to_date, to_iso

FIRST_USER_ID = 911_700_001
FIRST_STATUS_ID = 204
STATUSES = (
    ("Not Home", "NH", True),
    ("Callback", "CB", True),
    ("Not Interested", "NI", True),
    ("Appointment Set", "AP", True),
    ("Sold", "S", True),
    ("Renter / Don't knock", "R", True),
    ("go-back 2nd visit", "G2", True),
    ("Storm 2024", "S4", False),
    ("Über Lead 🔥", "UL", True),
)
"""Each account names its own: capitals, signs and languages are free."""
_TREE = (("West", "North", "Blue"), ("West", "Harbor", "Red"), ("East", "Lakes", "Green"))


def generate_users(config: SalesRabbitConfig) -> list[dict[str, Any]]:
    """Users, a few of them inactive, every tenth a manager."""
    rng = Random(f"{config.seed}:users")
    anchor_ms = config.anchor_ms
    return [_build_user(number, rng, anchor_ms, config) for number in range(config.count_of("users"))]


def _build_user(number: int, rng: Random, anchor_ms: int, config: SalesRabbitConfig) -> dict[str, Any]:
    created_ms = anchor_ms - (700 - number % 600) * DAY_MS + rng.randrange(DAY_MS)
    modified_ms = min(created_ms + rng.randrange(500 * DAY_MS), anchor_ms - HOUR_MS)
    first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
    region, office, team = _TREE[number % len(_TREE)]
    is_manager = number % 10 == 0
    odd = config.quirks
    return {
        "id": FIRST_USER_ID + number,
        "firstName": first,
        "lastName": "" if odd and number % 17 == 5 else last,
        "email": "" if odd and number % 11 == 3 else f"{first}.{last}.{number}@example.com".lower(),
        "phone": "" if odd and number % 7 == 2 else made_up.phone_numbers(rng, 1)[0].removeprefix("+1"),
        "active": number % 8 != 6,
        "hireDate": "" if odd and number % 13 == 4 else to_date(created_ms),
        "businessUnit": "Home",
        "department": "Sales",
        "role": "Manager" if is_manager else "Rep",
        "office": office,
        "team": "" if is_manager else team,
        "region": region,
        "orgId": 12,
        "supervisorId": None if is_manager else FIRST_USER_ID + number - number % 10,
        "recruiterId": FIRST_USER_ID if number % 4 == 1 else None,
        "cmsId": None,
        "leadRepCmsId": 5_000 + number if number % 9 == 1 else None,
        "photo_url": f"https://photos.example.com/{number}.jpg" if number % 3 == 0 else None,
        "externalIds": {"payroll": f"P-{number:04d}"} if number % 2 else ([] if odd else {}),
        "dateCreated": to_iso(created_ms),
        "dateModified": to_iso(modified_ms),
    }


def generate_statuses(config: SalesRabbitConfig) -> list[dict[str, Any]]:
    """The account's own statuses; beyond the first few they are numbered."""
    found = []
    for number in range(config.count_of("lead_statuses")):
        name, short, active = STATUSES[number % len(STATUSES)]
        turn = number // len(STATUSES)
        found.append(
            {
                "id": FIRST_STATUS_ID + number,
                "name": f"{name} {turn}" if turn else name,
                "abbreviation": short,
                "active": active,
            }
        )
    return found
