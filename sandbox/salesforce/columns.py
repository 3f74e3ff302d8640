"""Made-up values, one field of all records at a time: much faster than record by record.

The kinds of values that the catalogue names are the keys of `COLUMN_MAKERS`; `pick:a,b` chooses one,
`multi:a,b` some joined by `;`, `int:a,b` and `money:a,b` are ranges, `bool:0.1` the share that is true,
`ref:kind` any record and `earlier:kind` an earlier one of the same kind; `~` stands for a space.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS
from sandbox.salesforce.catalogue import READ_ONLY, FieldSpec
from sandbox.salesforce.ids import make_id
from sandbox.salesforce.object_types import INTEGRATION_USER, QUEUES
from sandbox.salesforce.store import Value
from sandbox.salesforce.times import to_date, to_rest

STAGES = (
    "Prospecting",
    "Qualification",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Won",
    "Closed Lost",
)


@dataclass
class Basis:
    """What the values of one kind's records are made from."""

    numbers: list[int]
    """Of the ids."""
    created_ms: list[int]
    anchor_ms: int
    ids_by_kind: Mapping[str, list[str]]
    """Of the kinds that were made before, and of this one."""


Maker = Callable[[Random, Basis, str], list[Any]]


def fill_column(spec: FieldSpec, rng: Random, basis: Basis) -> list[Any]:
    """Values of one field for all records, in id order; those that follow from others are none yet."""
    count = len(basis.numbers)
    kind, _, argument = spec.values.partition(":")
    if kind in ("none", "own", "rollup") or not count:
        return [None] * count
    values = COLUMN_MAKERS[kind](rng, basis, argument)
    if spec.has_fraction:
        values = [float(value) for value in values]
    if spec.fill >= 1 or kind in READ_ONLY:
        return values
    return [value if rng.random() < spec.fill else None for value in values]


def _pool(pool: Callable[[Basis, str], list[str] | tuple[str, ...]]) -> Maker:
    def make(rng: Random, basis: Basis, argument: str) -> list[Any]:
        return list(rng.choices(pool(basis, argument), k=len(basis.numbers)))

    return make


def _each(make_one: Callable[[Random, Basis, str, int], Any]) -> Maker:
    def make(rng: Random, basis: Basis, argument: str) -> list[Any]:
        return [make_one(rng, basis, argument, index) for index in range(len(basis.numbers))]

    return make


def _split(argument: str) -> list[str]:
    return argument.replace("~", " ").split(",")


def _draw(rng: Random, argument: str) -> int:
    low, high = argument.split(",")
    return rng.randint(int(low), int(high))


def _money(rng: Random, _basis: Basis, argument: str, _index: int) -> float:
    low, high = (int(part) for part in argument.split(","))
    return round(low + rng.random() * (high - low), 2)


def _refer(rng: Random, basis: Basis, kind: str, _index: int) -> str | None:
    ids = basis.ids_by_kind.get(kind)
    if not ids:
        return INTEGRATION_USER if kind == "users" else None
    return rng.choice(ids)


def _refer_to_earlier(rng: Random, basis: Basis, kind: str, index: int) -> str | None:
    return basis.ids_by_kind[kind][rng.randrange(index)] if index else None


def _refer_to_any(rng: Random, basis: Basis, kinds: tuple[str, ...]) -> str | None:
    return _refer(rng, basis, rng.choice(kinds), 0)


def _owner_or_queue(rng: Random, basis: Basis, _argument: str, _index: int) -> str | None:
    return rng.choice(QUEUES) if rng.random() < 0.2 else _refer(rng, basis, "users", 0)


def _emails(rng: Random, basis: Basis, _argument: str) -> list[Any]:
    first, last = (
        rng.choices(pool, k=len(basis.numbers)) for pool in (made_up.FIRST_NAMES, made_up.LAST_NAMES)
    )
    return [f"{f}.{s}.{n}@example.com".lower() for f, s, n in zip(first, last, basis.numbers, strict=True)]


def _texts(rng: Random, basis: Basis, _argument: str) -> list[Any]:
    pool = [made_up.sentence(rng, words=rng.randint(3, 14)) for _ in range(min(500, len(basis.numbers) + 1))]
    return list(rng.choices(pool, k=len(basis.numbers)))


def _numbered(rng: Random, basis: Basis, argument: str, index: int) -> Value:
    # the types of the numbered custom fields, in their order
    makers: tuple[Callable[[], Value], ...] = (
        lambda: f"text {index}",
        lambda: round(rng.uniform(-900, 900), 3),
        lambda: to_date(basis.anchor_ms - rng.randrange(900) * DAY_MS),
        lambda: rng.random() < 0.5,
    )
    return makers[int(argument)]()


def _since_created(rng: Random, basis: Basis, _argument: str, index: int) -> str:
    created_ms = basis.created_ms[index]
    return to_rest(created_ms + int(rng.random() * (basis.anchor_ms - created_ms)))


def _streets(rng: Random, basis: Basis, _argument: str) -> list[Any]:
    plain = made_up.street_addresses(rng, len(basis.numbers))
    return [f"{street}\nUnit {rng.randrange(1, 9)}" if rng.random() < 0.1 else street for street in plain]


COLUMN_MAKERS: dict[str, Maker] = {
    "pick": _pool(lambda _b, argument: _split(argument)),
    "stage": _pool(lambda _b, _a: STAGES),
    "first_name": _pool(lambda _b, _a: made_up.FIRST_NAMES),
    "last_name": _pool(lambda _b, _a: made_up.LAST_NAMES),
    "job_title": _pool(lambda _b, _a: made_up.JOB_TITLES),
    "trade": _pool(lambda _b, _a: made_up.TRADES),
    "city": _pool(lambda _b, _a: [city for city, _, _ in made_up.CITIES]),
    "state": _pool(lambda _b, _a: [state for _, state, _ in made_up.CITIES]),
    "state_code": _pool(lambda _b, _a: [state for _, state, _ in made_up.CITIES]),
    "zip": _pool(lambda _b, _a: [code for _, _, code in made_up.CITIES]),
    "text": _texts,
    "email": _emails,
    "street": _streets,
    "company": lambda rng, basis, _a: list(made_up.company_names(rng, len(basis.numbers))),
    "phone": lambda rng, basis, _a: list(made_up.phone_numbers(rng, len(basis.numbers))),
    "username": lambda _r, basis, _a: [f"user.{number}@example.com.sample" for number in basis.numbers],
    "alias": lambda _r, basis, _a: [f"user{number}"[:8] for number in basis.numbers],
    "number": lambda _r, basis, argument: [f"{argument}{number:05d}" for number in basis.numbers],
    "campaign_name": lambda _r, basis, _a: [f"Mailer {number}" for number in basis.numbers],
    "deal_name": _each(lambda rng, _b, _a, i: f"{rng.choice(made_up.LAST_NAMES)} - job {i}"),
    "website": _each(lambda rng, _b, _a, i: f"{'https://' if rng.random() < 0.4 else ''}www{i}.example.com"),
    "multi": _each(lambda rng, _b, a, _i: ";".join(sorted(set(rng.choices(_split(a), k=rng.randint(1, 3)))))),
    "bool": _each(lambda rng, _b, argument, _i: rng.random() < float(argument)),
    "flagged": _each(lambda rng, _b, argument, _i: rng.random() < float(argument)),
    "int": _each(lambda rng, _b, argument, _i: _draw(rng, argument)),
    "counted": _each(lambda rng, _b, argument, _i: _draw(rng, argument)),
    "money": _each(_money),
    "summed": _each(_money),
    "percent": _each(lambda rng, _b, _a, _i: round(rng.uniform(0, 20), 2)),
    "latitude": _each(lambda rng, _b, _a, _i: round(rng.uniform(30, 48), 6)),
    "longitude": _each(lambda rng, _b, _a, _i: round(rng.uniform(-122, -75), 6)),
    "ref": _each(_refer),
    "earlier": _each(_refer_to_earlier),
    "id": _each(lambda rng, _b, prefix, _i: make_id(prefix, rng.randint(1, 3))),
    "owner_or_queue": _each(_owner_or_queue),
    "who": _each(lambda rng, basis, _a, _i: _refer_to_any(rng, basis, ("contacts", "leads"))),
    "what": _each(lambda rng, basis, _a, _i: _refer_to_any(rng, basis, ("accounts", "opportunities"))),
    "since_created": _each(_since_created),
    "date_around": _each(
        lambda rng, basis, _a, i: to_date(
            min(basis.created_ms[i], basis.anchor_ms) + rng.randrange(120) * DAY_MS
        )
    ),
    "birthdate": _each(lambda rng, _b, _a, _i: to_date(-rng.randrange(9_000) * DAY_MS)),
    "numbered": _each(_numbered),
}
