"""Generates the domain's contacts, the same for the same seed, and single new ones later on."""

from __future__ import annotations

from random import Random

from sandbox.five9.config import Five9Config
from sandbox.five9.fields import CREATED, LAST_LIST, UUID_NAME, list_fields
from sandbox.five9.store import Contact, Store
from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS

LISTS = ("Spring Leads", ' Fall "25" & Winter ', "R&D (old).*", "Empty List")
AREA_CODES = (
    "212",
    "215",
    "303",
    "305",
    "415",
    "480",
    "512",
    "602",
    "617",
    "704",
    "713",
    "808",
    "919",
    "972",
)
SHARED_NUMBER = "5550100100"
_ODD: tuple[Contact, ...] = (
    {"number1": "", "first_name": "No", "last_name": "Number"},
    {"number1": "0114930231250", "city": "K\u00f6ln", "zip": "00501"},
    {"last_name": "Row & Co <b>", "company": "quote \" apostrophe ' backslash \\ "},
    {
        "first_name": "\u202e\u05d0\u05d1\u05d2",
        "last_name": "\U0001f600 e\u0301",
        "street": "line\nbreak\r\nand\ttab",
    },
    {"email": "no-address", "attempts": "many", "DoNotDial": "perhaps", "Total Job Amount": "1,234.50"},
    {"Appointment Date": "13/45/2025", "sys_last_disposition_time": "yesterday", "Web.Page": "not a page"},
    {"number1": "303 555 01", "number2": "none", "zip": "03101-0042"},
    {"number1": "", "first_name": "", "last_name": "", "company": "   "},
    {
        "DialAttempts": "12345678901234567890",
        "Total Job Amount": "-12345678901234567890.12",
        "attempts": "007",
    },
)
_DISPOSITIONS = ("Callback", "No Answer", "Sold", "Do Not Call")


def generate(config: Five9Config) -> Store:
    """All contacts and lists."""
    store = Store(list_fields(config), config.time_zone)
    store.lists = {name: set() for name in LISTS}
    rng = Random(f"{config.seed}:contacts")
    count = config.count_of("contacts")
    for number in range(count):
        at_ms = config.anchor_ms - rng.randrange(400) * DAY_MS - rng.randrange(1, DAY_MS)
        contact = build_contact(store, rng, at_ms)
        if number < config.shared_number:
            contact["number1"] = SHARED_NUMBER
        elif config.quirks and number % 20 == 7:
            known = {one.name for one in store.fields}
            odd = _ODD[number // 20 % len(_ODD)]
            contact |= {name: text for name, text in odd.items() if name in known}
        # the fields for stamps were made later than the older half of the contacts
        if number * 2 >= count:
            store.stamp(contact, at_ms, CREATED)
            store.stamp(contact, at_ms + rng.randrange(DAY_MS))
        put_on_lists(store, store.add(contact), rng)
    return store


def build_contact(store: Store, rng: Random, at_ms: int) -> Contact:
    """One contact, without the stamps."""
    city, state, zip_code = rng.choice(made_up.CITIES)
    first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
    # the hundred numbers of an area code that belong to nobody
    number = f"{rng.choice(AREA_CODES)}55501{rng.randrange(100):02d}"
    contact = {
        "number1": number,
        "number2": f"55501{rng.randrange(100_000):05d}" if rng.random() < 0.2 else "",
        "first_name": first,
        "last_name": last,
        "company": made_up.company_names(rng, 1)[0] if rng.random() < 0.2 else "",
        "street": made_up.street_addresses(rng, 1)[0],
        "city": city,
        "state": state,
        "zip": zip_code,
        "email": f"{first}.{last}@Example.test",
        "contactID": f"L-{rng.randrange(10**6)}",
        "lead_source": rng.choice(("Web", "Fair", "Partner")),
        "Secondary Lead Source": "",
        "DoNotDial": rng.choice(("0", "1", "", "true")),
        "Appointment Date": f"{rng.randrange(1, 13):02d}/{rng.randrange(1, 29):02d}/2026",
        "Best Time": f"{rng.randrange(24):02d}:30",
        "Total Job Amount": f"{rng.randrange(10**5)}.{rng.randrange(100):02d}",
        "DialAttempts": str(rng.randrange(9)),
        "Trades": "Roofing;Solar" if rng.random() < 0.3 else "",
        "Web.Page": f"https://www.example.test/{rng.randrange(99)}",
        UUID_NAME: f"{rng.randrange(16**8):08x}",
    }
    if rng.random() < 0.7:
        hour, minute = rng.randrange(1, 13), rng.randrange(60)
        contact |= {
            "sys_last_agent": f"agent{rng.randrange(9)}@example.test",
            "sys_last_disposition": rng.choice(_DISPOSITIONS),
            "Copy of disposition": "a copy",
            "sys_last_disposition_time": store.write_moment(at_ms + 5 * DAY_MS // 3),
            "Last Agent Disposition": rng.choice(_DISPOSITIONS),
            "agent disposition at": f"{hour:02d}/1{rng.randrange(10)}/2025 {hour:02d}:{minute:02d} PM",
            "last_campaign": rng.choice(("Outbound 1", "Outbound & 2")),
            "attempts": str(rng.randrange(1, 9)),
            "last number": number,
        }
    known = {one.name for one in store.fields}
    return {name: text for name, text in contact.items() if name in known}


def put_on_lists(store: Store, contact_id: int, rng: Random) -> None:
    """Put a contact on up to two lists; the last one is the contact's own."""
    lists = [name for name in store.lists if not name.startswith("Empty")]
    chosen = rng.sample(lists, k=min(len(lists), rng.choice((0, 1, 1, 1, 2))))
    for name in chosen:
        store.lists[name].add(contact_id)
    if chosen and (field := store.find_field(LAST_LIST)) is not None:
        store.get(contact_id)[field] = chosen[-1]
