"""Made-up texts of the legacy CRM, by the column's name: names, addresses, phones, notes; nobody is real."""

from __future__ import annotations

import random
from collections.abc import Callable

SECRET = "do-not-read-this"  # noqa: S105 - a mark to search for, no secret
"""Starts every value of the columns that hold credentials: found anywhere else, they were read."""

_FIRST = (
    "Ada",
    "Grace",
    "José",
    "Zoë",
    "Łukasz",
    "Noor",
    "O'Neil",
    "Anne-Marie",
    "小林",
    "Ümit",
    "Rep",
    "Sam",
)
_LAST = ("Example", "Sample", "Müller", "Núñez", "D'Arcy", "de la Cruz", "Żak", "Test", "Doe", "Muster")
_CITIES = ("Seattle", "Tacoma", "Coeur d'Alene", "San José", "Walla Walla", "Cañon City", "")
_NOTES = (
    "Two storeys, cedar shakes.",
    "Call back after 5 pm\nDog in the yard\ttwice",
    "Backslash \\ and quote ' and double \"",
    "Größe: 12 m² \N{EN DASH} naïve façade \N{HOUSE BUILDING}",
    "  blanks around  ",
    "",
    "\u4e2d\u6587 \u202e right to left",
)
_LABELS = (
    "Standard",
    "Übertrag",
    "Web \N{EN DASH} form",
    "Event & fair",
    "Referral",
    "Self generated",
    "N/A",
)


def make_texts(table: str, column: str, length: int, chance: random.Random) -> list[str]:
    """Give texts for a column, each cut to its length.

    Args:
        table: name of the table.
        column: name of the column, which says what it holds.
        length: characters that fit; 0 for no limit.
        chance: where the choices come from.
    """
    maker = next((make for part, make in _MAKERS if part in column), _make_label)
    if column in _OWN:
        maker = _OWN[column]
    if table == "third_party_source_type":
        maker = _make_third_party
    texts = [maker(number, chance) for number in range(60)]
    return [text[:length] for text in texts] if length else texts


def _pick(choices: tuple[str, ...]) -> Callable[[int, random.Random], str]:
    return lambda _number, chance: chance.choice(choices)


def _make_label(number: int, chance: random.Random) -> str:
    return "" if number == 7 else f"{chance.choice(_LABELS)} {number}"


def _make_email(number: int, chance: random.Random) -> str:
    odd = {0: "", 1: "n/a", 2: " Spaced.Out@Example.test ", 3: "OFFICE@example.test", 4: ""}
    name = chance.choice(("ada", "Grace", "rep", "office"))
    return odd.get(number, f"{name}.{number}@{chance.choice(('example.test', 'Example.TEST'))}")


def _make_phone(number: int, chance: random.Random) -> str:
    odd = {0: "", 1: "call office", 2: "555-0142", 3: "2065550199"}
    return odd.get(number, f"{chance.choice(('206', '253', '425'))}-555-01{number:02}")


def _make_url(number: int, chance: random.Random) -> str:
    return chance.choice(("", f"https://photos.example.test/p/{number}", f"photos.example.test/{number}"))


def _make_address(number: int, chance: random.Random) -> str:
    return chance.choice((f"{number} Sample Street", f"P.O. Box {number}", f"{number}½ Façade Ave", ""))


def _make_third_party(number: int, _chance: random.Random) -> str:
    known = ("hubspot", "leap", "marketsharp", "five9")
    return known[number] if number < len(known) else f"other {number}"


def _make_third_party_id(number: int, chance: random.Random) -> str:
    odd = {0: "not-a-number", 1: "9007199254740993", 2: "00042"}
    return odd.get(number, str(chance.randrange(10**6, 10**10)))


_MAKERS: tuple[tuple[str, Callable[[int, random.Random], str]], ...] = (
    ("first_name", _pick(_FIRST)),
    ("last_name", _pick(_LAST)),
    ("signer_name", lambda number, chance: f"{chance.choice(_FIRST)} {chance.choice(_LAST)} {number}"),
    ("email", _make_email),
    ("phone", _make_phone),
    ("company_cam_link", _make_url),
    ("address", _make_address),
    ("city", _pick(_CITIES)),
    ("county", _pick(("King", "Pierce", "Doña Ana", ""))),
    ("note", _pick(_NOTES)),
    ("description", _pick(_NOTES)),
    ("reason", _pick(_NOTES)),
    ("marketsharp_id", lambda number, _chance: f"{number:08X}-aB{number:02}-Cafe-0000-000000000000"),
    ("time_zone", _pick(("", "US/Pacific", "US/Mountain"))),
)
"""Part of a column's name to its texts; the first that fits wins."""

_OWN: dict[str, Callable[[int, random.Random], str]] = {
    "state": _pick(("WA", "OR", "ca", "", "ID")),
    "zip": _pick(("98101", "02134", "00501", "99 205", "")),
    "year_built": _pick(("1987", "2004", "18??", "")),
    "number": _pick(("1", "2", "2A", "03", "17-B")),
    "prep_issue_id": _pick(("1,4,17", "3", "")),
    "contract_amount_difference": _pick(("+250 (see notes)", "-1,000.00", "none", "")),
    "roles": _pick(("sales,manager", "admin", "crew, lead", "")),
    "third_party_id": _make_third_party_id,
    "mes_profile_key": lambda number, _chance: f"{SECRET}-{number}",
    "paysimple_secret": lambda number, _chance: f"{SECRET}-{number}",
}
"""By the column's whole name."""
