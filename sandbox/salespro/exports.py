"""The CSV exports of the app's own backend: users and offices, which are not in the lake."""

from __future__ import annotations

import csv
import io
import json
from random import Random

from sandbox.frame import made_up
from sandbox.salespro.generate import make_id

Cells = dict[str, str]


def _names(text: str) -> list[str]:
    return text.split()


USERS = _names(
    """
    objectId username nameFirst nameLast email phoneNumber isActive isManager isAvailableToCall
    canActivateUsers canChangeSettings canSubmitCreditApps disableChangeCompany company selectedOffice
    allowedOffices identifier licenseNumber createdAt updatedAt lastLoginDate deactivatedDate
    """
)
OFFICES = _names(
    "objectId name companyId company canSearchAllEstimates last_edit_user last_edit_date createdAt updatedAt"
)
HEADERS = {"users": USERS, "offices": OFFICES}
_STAMP = "2025-05-{day:02d}T10:00:{second:02d}.{milli:03d}Z"


def make_export(kind: str, number: int) -> Cells:
    """One line of an export."""
    rng = Random(f"{kind}:{number}")
    stamp = _STAMP.format(day=number % 28 + 1, second=number % 60, milli=number % 1000)
    own = {"objectId": make_id(kind, number), "createdAt": "2024-03-01T00:00:00.000Z", "updatedAt": stamp}
    cells = dict.fromkeys(HEADERS[kind], "") | own
    if kind == "offices":
        named = {"name": f"Office {number}", "company": f"Example Company {number % 4 + 1}"}
        ids = {"companyId": make_id("companies", number % 4), "last_edit_user": make_id("users", number)}
        return cells | named | ids | {"canSearchAllEstimates": _flag(rng), "last_edit_date": stamp}
    flags = (name for name in USERS if name.startswith(("is", "can", "disable")))
    name = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
    return cells | {
        **{flag: _flag(rng) for flag in flags},
        "username": f"rep{number}@example.com",
        "nameFirst": name[0],
        "nameLast": name[1],
        "email": rng.choice(("", f"rep{number}.work@example.com")),
        "phoneNumber": f"+1202555{number % 10_000:04d}",
        "company": make_id("companies", number % 4),
        "selectedOffice": make_id("offices", number % 5),
        "allowedOffices": json.dumps([{"objectId": make_id("offices", one)} for one in range(number % 3)]),
        "identifier": f"id-{number}",
        "deactivatedDate": rng.choice(("", stamp)),
    }


def write_export(header: list[str], rows: list[Cells]) -> bytes:
    """A whole file, with the mark that Excel writes first."""
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode("utf-8-sig")


def _flag(rng: Random) -> str:
    return rng.choice(("TRUE", "FALSE"))
