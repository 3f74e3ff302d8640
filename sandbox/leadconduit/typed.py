"""Typed values: what was submitted (`raw`), what LeadConduit reads in it (`normal`), `valid`, and parts.

The shapes are those of the vendor's own library of types, and which parts an invalid value lacks, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Fields = dict[str, Any]
_STATES = {
    "illinois": "IL", "utah": "UT", "texas": "TX", "south carolina": "SC", "kentucky": "KY", "oregon": "OR",
    "tennessee": "TN", "mississippi": "MS", "delaware": "DE", "wisconsin": "WI", "ohio": "OH",
    "new hampshire": "NH",
}  # fmt: skip
STATE_NAMES = {short: name.title() for name, short in _STATES.items()}
_RANGE = re.compile(r"(\d+)(?:-(\d+)|(\+))?")


def email(raw: str) -> Fields:
    """An e-mail address: lower case, and its parts."""
    user, _, domain = raw.partition("@")
    if "." not in domain:
        return {"normal": raw.lower(), "raw": raw, "valid": False}
    host, _, tld = domain.rpartition(".")
    parts = {
        "user": user,
        "domain": domain,
        "host": host,
        "tld": tld,
        "is_free": False,
        "is_disposable": False,
    }
    return {"normal": raw.lower(), "raw": raw, **parts, "valid": True}


def phone(raw: str) -> Fields:
    """A telephone number: ten digits."""
    digits = "".join(char for char in raw if char.isdecimal()).removeprefix("1")
    if len(digits) != 10:
        return {"normal": raw, "raw": raw, "valid": False}
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    return {
        "normal": digits, "raw": raw, "area": area, "exchange": exchange, "line": line,
        "number": exchange + line, "extension": None, "country_code": "US", "country_calling_code": 1,
        "is_tollfree": False, "type": None, "valid": True,
    }  # fmt: skip


def street(raw: str) -> Fields:
    """A street with its number; `name` lacks the number."""
    number, _, name = raw.partition(" ")
    return {"normal": raw, "raw": raw, "number": number, "name": name, "valid": True}


def state(raw: str) -> Fields:
    """A state: its two letters; an unknown one stays as it is and counts as valid."""
    short = _STATES.get(raw.lower(), raw.upper() if raw.upper() in STATE_NAMES else raw)
    return {"normal": short, "raw": raw, "name": STATE_NAMES.get(short, raw), "valid": True}


def postal_code(raw: str) -> Fields:
    """A ZIP code, of which leading zeros are a part."""
    code, _, four = raw.partition("-")
    return {
        "normal": raw, "raw": raw, "country_code": "US", "code": raw, "zip": code, "four": four or None,
        "valid": True,
    }  # fmt: skip


def price(raw: str) -> Fields:
    """An amount: a JSON number, or null where the text is none."""
    try:
        return {"normal": float(raw.replace("$", "")), "raw": raw, "valid": True}
    except ValueError:
        return {"normal": None, "raw": raw, "valid": False}


def boolean(raw: str) -> Fields:
    """Yes or no; a text that is neither is false, and not valid."""
    known = {"yes": True, "no": False, "true": True, "false": False}
    return {"normal": known.get(raw, False), "raw": raw, "valid": raw in known}


def date_of_birth(raw: str) -> Fields:
    """A day: a full timestamp at midnight of the server's zone."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", raw):
        return {"normal": raw, "raw": raw, "valid": False, "masked": False}
    return {
        "normal": f"{raw}T00:00:00.000Z",
        "raw": raw,
        "valid": True,
        "masked": False,
        "year": int(raw[:4]),
    }


def gender(raw: str) -> Fields:
    """A gender, and its letter."""
    letter = {"male": "M", "female": "F"}.get(raw)
    return {"normal": raw, "raw": raw, "valid": letter is not None, "abbr": letter}


def span(raw: str) -> Fields:
    """A range such as 45-50 or 18+, or one number; `normal` is the text."""
    found = _RANGE.fullmatch(raw)
    low = None if found is None else int(found[1])
    high = None if found is None or found[3] else int(found[2] or found[1])
    middle = None if low is None or high is None else (low + high) / 2
    parts = {"min": low, "max": high, "avg": middle, "mid": None if middle is None else int(middle)}
    return {"normal": raw, "raw": raw, **parts, "valid": found is not None}


def address(raw: str) -> Fields:
    """A web address, and its parts."""
    scheme, _, rest = raw.partition("://")
    host, _, path = rest.partition("/")
    parts = {"protocol": scheme, "host": host, "port": "", "path": f"/{path}", "query": "", "hash": ""}
    return {"normal": raw, "raw": raw, **parts, "valid": bool(rest)}


def certificate(raw: str) -> Fields:
    """A certificate's address, which is no longer valid once the certificate is too old."""
    is_young = raw.startswith("https://cert.example.test/")
    cert_id = raw.rpartition("/")[2]
    return {
        "normal": raw,
        "raw": raw,
        "type": None,
        "cert_id": cert_id,
        "is_masked": False,
        "valid": is_young,
    }


def ip_address(raw: str) -> Fields:
    """An address of version 4."""
    return {"normal": raw, "raw": raw, "valid": True, "is_ipv4": True}


TYPES: dict[str, Callable[[str], Fields]] = {
    "email": email,
    **dict.fromkeys(("phone_1", "phone_2", "phone_3"), phone),
    "address_1": street,
    "state": state,
    "postal_code": postal_code,
    "price": price,
    "dob": date_of_birth,
    "gender": gender,
    "age": span,
    "ip_address": ip_address,
    "trustedform_cert_url": certificate,
    "home_owner": boolean,
    "landing_page": address,
}
"""By field id; the others are plain texts."""


def wrap(lead: Fields) -> Fields:
    """A lead's fields with objects where they have a type."""
    return {
        name: TYPES[name](value) if name in TYPES and isinstance(value, str) and value else value
        for name, value in lead.items()
    }


def flatten(lead: Fields) -> Fields:
    """The same with plain values: what `normal` says, or else `raw`."""
    found = {}
    for name, value in wrap(lead).items():
        is_typed = isinstance(value, dict) and "raw" in value
        found[name] = (value["raw"] if value["normal"] is None else value["normal"]) if is_typed else value
    return found
