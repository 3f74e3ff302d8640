"""Made-up values, one property of all records at a time: much faster than record by record.

The kinds of values that the catalogue names are the keys of `COLUMN_MAKERS`; `pick:a,b` chooses one,
`multi:a,b` some joined by `;`, `int:a,b`, `money:a,b` and `decimal:a,b` are ranges; `~` stands for a space.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS, MINUTE_MS
from sandbox.hubspot.catalogue import PropertySpec
from sandbox.hubspot.times import to_date, to_iso

Value = str | None
DISPOSITIONS = (
    "9d9162e7-6cf3-4944-bf63-4dff82258764",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff",
    "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "73a0d17f-1163-4015-bdd5-ec830791da20",
    "17b47fee-58de-441e-a44c-c6300d46f273",
)
DEAL_STAGES = (
    "appointmentscheduled",
    "qualifiedtobuy",
    "presentationscheduled",
    "decisionmakerboughtin",
    "contractsent",
    "closedwon",
    "closedlost",
)
BLANK_TEXT_SHARE = 0.2
"""Of the records without a value, those that answer `""` instead of null."""


@dataclass
class Basis:
    """What the values of one type's records are made from."""

    ids: list[int]
    created_ms: list[int]
    anchor_ms: int
    owner_ids: list[str]


Maker = Callable[[Random, Basis, str], list[Value]]


def fill_column(spec: PropertySpec, rng: Random, basis: Basis) -> list[Value]:
    """Values of one property for all records, in id order."""
    count = len(basis.ids)
    kind, _, argument = spec.values.partition(":")
    if kind == "none" or not count:
        return [None] * count
    values = COLUMN_MAKERS[kind](rng, basis, argument)
    if spec.fill >= 1:
        return values
    filled, blank = spec.fill, spec.fill + (1 - spec.fill) * BLANK_TEXT_SHARE
    draw = rng.random
    return [v if (r := draw()) < filled else ("" if r < blank else None) for v in values]


def _pool(pool: Callable[[Basis, str], list[str] | tuple[str, ...]]) -> Maker:
    def make(rng: Random, basis: Basis, argument: str) -> list[Value]:
        return list(rng.choices(pool(basis, argument), k=len(basis.ids)))

    return make


def _each(make_one: Callable[[Random, Basis, str, int], str]) -> Maker:
    def make(rng: Random, basis: Basis, argument: str) -> list[Value]:
        return [make_one(rng, basis, argument, index) for index in range(len(basis.ids))]

    return make


def _split(argument: str) -> list[str]:
    return argument.replace("~", " ").split(",")


def _range(argument: str) -> tuple[int, int]:
    low, high = argument.split(",")
    return int(low), int(high)


def _many(values: list[str], rng: Random, most: int = 3) -> str:
    return ";".join(sorted(set(rng.choices(values, k=rng.randint(1, most)))))


def _emails(rng: Random, basis: Basis, _argument: str) -> list[Value]:
    first, last = (rng.choices(pool, k=len(basis.ids)) for pool in (made_up.FIRST_NAMES, made_up.LAST_NAMES))
    return [f"{f}.{s}.{i}@example.com".lower() for f, s, i in zip(first, last, basis.ids, strict=True)]


def _integers(rng: Random, basis: Basis, argument: str) -> list[Value]:
    low, high = _range(argument)
    span, draw = high - low + 1, rng.random
    return [str(low + int(draw() * span)) for _ in basis.ids]


def _money(rng: Random, basis: Basis, argument: str) -> list[Value]:
    low, high = _range(argument)
    return [f"{low + rng.random() * (high - low):.2f}" for _ in basis.ids]


def _decimals(rng: Random, basis: Basis, argument: str) -> list[Value]:
    low, high = _range(argument)
    # repr of a product of binary floats brings HubSpot's own artefacts (6.800000000000001).
    return [repr(round(low + rng.random() * (high - low), 1) * 1.1) for _ in basis.ids]


def _since_created(rng: Random, basis: Basis, _argument: str) -> list[Value]:
    return [to_iso(created + int(rng.random() * (basis.anchor_ms - created))) for created in basis.created_ms]


def _texts(rng: Random, basis: Basis, _argument: str) -> list[Value]:
    pool = [made_up.sentence(rng, words=rng.randint(3, 14)) for _ in range(min(500, len(basis.ids) + 1))]
    return list(rng.choices(pool, k=len(basis.ids)))


def _html(rng: Random, basis: Basis, argument: str) -> list[Value]:
    return [f"<p>{text}</p>" for text in _texts(rng, basis, argument)]


def _tiers(*, prices: bool) -> Maker:
    def make_one(rng: Random, _basis: Basis, _argument: str, _index: int) -> str:
        steps = sorted(rng.sample(range(1, 200), 3))
        if prices:
            return json.dumps([{"price": f"{900 / step:.2f}"} for step in steps])
        return json.dumps([{"start": step, "end": step + 50} for step in steps])

    return _each(make_one)


COLUMN_MAKERS: dict[str, Maker] = {
    "pick": _pool(lambda _b, argument: _split(argument)),
    "first_name": _pool(lambda _b, _a: made_up.FIRST_NAMES),
    "last_name": _pool(lambda _b, _a: made_up.LAST_NAMES),
    "job_title": _pool(lambda _b, _a: made_up.JOB_TITLES),
    "trade": _pool(lambda _b, _a: made_up.TRADES),
    "product_name": _pool(lambda _b, _a: made_up.PRODUCTS),
    "city": _pool(lambda _b, _a: [city for city, _, _ in made_up.CITIES]),
    "state": _pool(lambda _b, _a: [state for _, state, _ in made_up.CITIES]),
    "zip": _pool(lambda _b, _a: [code for _, _, code in made_up.CITIES]),
    "bool": _pool(lambda _b, _a: ("true", "false")),
    "owner": _pool(lambda basis, _a: basis.owner_ids or [""]),
    "disposition": _pool(lambda _b, _a: DISPOSITIONS),
    "deal_stage": _pool(lambda _b, _a: DEAL_STAGES),
    "text": _texts,
    "html": _html,
    "email": _emails,
    "company": lambda rng, basis, _a: list(made_up.company_names(rng, len(basis.ids))),
    "street": lambda rng, basis, _a: list(made_up.street_addresses(rng, len(basis.ids))),
    "phone": lambda rng, basis, _a: list(made_up.phone_numbers(rng, len(basis.ids))),
    "multi": _each(lambda rng, _b, argument, _i: _many(_split(argument), rng)),
    "int": _integers,
    "money": _money,
    "decimal": _decimals,
    "since_created": _since_created,
    "created": lambda _r, basis, _a: [to_iso(ms - 1000) for ms in basis.created_ms],
    "inserted": lambda _r, basis, _a: [to_iso(ms + MINUTE_MS) for ms in basis.created_ms],
    "date": _each(lambda rng, basis, _a, _i: to_date(basis.anchor_ms - rng.randrange(900) * DAY_MS)),
    "own_id": lambda _r, basis, _a: [str(own_id) for own_id in basis.ids],
    "domain": _each(lambda rng, _b, _a, i: f"site{i}.{'Example' if rng.random() < 0.05 else 'example'}.com"),
    "website": _each(lambda rng, _b, _a, i: f"{'https://' if rng.random() < 0.4 else ''}www{i}.example.com"),
    "profile": _each(lambda _r, _b, argument, i: f"https://{argument}/sample-{i}"),
    "recording": _each(lambda _r, _b, _a, i: f"https://recordings.example.com/{i}.mp3"),
    "handle": _each(lambda _r, _b, _a, i: f"sample_{i}"),
    "sku": _each(lambda rng, _b, _a, _i: f"SKU-{rng.randrange(1, 9999)}"),
    "deal_name": _each(
        lambda rng, _b, _a, i: f"{rng.choice(made_up.LAST_NAMES)} - {rng.choice(made_up.TRADES)} {i}"
    ),
    "long_number": _each(lambda rng, _b, _a, _i: str(rng.randrange(10**12, 10**13))),
    "email_list": _each(lambda _r, _b, _a, i: f"second.{i}@example.com;third.{i}@example.com"),
    "domain_list": _each(lambda _r, _b, _a, i: f"second{i}.example.com;third{i}.example.com"),
    "id_list": _each(lambda rng, _b, _a, _i: ";".join(str(rng.randrange(10**10, 10**11)) for _ in range(2))),
    "image_list": _each(
        lambda _r, _b, _a, i: f"https://img.example.com/{i}a.png;https://img.example.com/{i}b.png"
    ),
    "tier_ranges": _tiers(prices=False),
    "tier_prices": _tiers(prices=True),
}
