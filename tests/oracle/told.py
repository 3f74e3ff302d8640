"""What the oracle says: of a value, of a record, of a whole read; how it knows is left to the other modules.

The oracle is one small, slow, plain reader of the contract. It shares no code with the product: nothing below
`tests/oracle` imports `crm_sync`, and `test_oracle_stands_alone.py` fails where something does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Key = tuple[str, ...]
"""The parts of a primary key as canonical text."""

NULLED = "field_nulled"
REPLACED = "replaced_characters"
KEPT = "kept_as_text"
FINDINGS = (NULLED, REPLACED, KEPT)
"""Rules of findings that leave the record in the table."""


class Never:
    """A moment at the end (or the start) of the calendar: which one is free, that it survives is not."""

    def __init__(self, year: int) -> None:
        self.year = year

    def __repr__(self) -> str:
        return f"a moment of the year {self.year}"


@dataclass(frozen=True)
class JsonText:
    """A text column that got an object or an array: any JSON text of this value."""

    value: Any


@dataclass(frozen=True)
class NumberText:
    """A text column that got a number: any notation of this number."""

    literal: str


@dataclass(frozen=True)
class Choice:
    """One thing that a column may hold, and the rule of the finding that has to stand beside it."""

    value: Any
    rule: str | None = None


Told = tuple[Choice, ...]
"""All that a column may hold: one choice but where the contract leaves several."""


def exactly(value: Any) -> Told:
    """Say that nothing but this value will do."""
    return (Choice(value),)


NOTHING: Told = exactly(None)
"""The source has no value."""
REFUSED: Told = (Choice(None, NULLED),)
"""The source has a value that is none of this type: null, and a finding."""


@dataclass
class Record:
    """What must become of one record.

    Args:
        place: where it stands in the source, for messages.
        key: its canonical key; None where a part is null or can't be read.
        source_key: the key as the source wrote it.
        columns: what each column may hold, `extra` among them; None where the record can't be read.
        rejected: rules by one of which it has to be rejected; empty: it belongs into the table.
        may: rules by which it may be rejected, where the contract leaves open what its values are.
        gone: whether the record says itself that it is deleted.
        stamp: its modified time; None: it has none.
        missing: columns that its source declares no longer.
    """

    place: str
    key: Key | None = None
    source_key: Key | None = None
    columns: dict[str, Told] | None = None
    rejected: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    gone: bool = False
    stamp: datetime | None = None
    missing: frozenset[str] = frozenset()


@dataclass
class Reading:
    """What a read of the source must come to.

    Args:
        records: in the order of reading.
        failure: why the read has to end with an error, nothing saved; None: it must not.
        doubt: why the read can't be known to be whole: an error or `partial`, and nothing swept.
        either: why the contract leaves open whether the read is whole.
    """

    records: list[Record] = field(default_factory=list)
    failure: str | None = None
    doubt: str | None = None
    either: str | None = None


def is_same(seen: Any, wanted: Any) -> bool:
    """Tell whether what was seen is what was wanted, notation apart where that is free."""
    if isinstance(wanted, Never):
        return isinstance(seen, (date, datetime)) and seen.year == wanted.year
    if isinstance(wanted, JsonText):
        return isinstance(seen, str) and _reads_as(seen, wanted.value)
    if isinstance(wanted, NumberText):
        return isinstance(seen, str) and _number(seen) == _number(wanted.literal) is not None
    if isinstance(wanted, bool) or isinstance(seen, bool):
        return seen is wanted
    if isinstance(wanted, Decimal):
        return isinstance(seen, (int, Decimal)) and Decimal(seen) == wanted
    return same_json(seen, wanted)


def same_json(seen: Any, wanted: Any) -> bool:
    """Compare JSON values: numbers by value, true apart from 1."""
    if isinstance(wanted, bool) or isinstance(seen, bool) or wanted is None or seen is None:
        return seen is wanted
    if isinstance(wanted, dict):
        return (
            isinstance(seen, dict)
            and seen.keys() == wanted.keys()
            and all(same_json(seen[key], wanted[key]) for key in wanted)
        )
    if isinstance(wanted, list):
        return (
            isinstance(seen, list)
            and len(seen) == len(wanted)
            and all(same_json(one, other) for one, other in zip(seen, wanted, strict=True))
        )
    if isinstance(wanted, (int, float, Decimal)):
        # a number that a float can't hold travels as text
        return isinstance(seen, (int, float, Decimal, str)) and _number(str(seen)) == _number(str(wanted))
    return type(seen) is type(wanted) and bool(seen == wanted)


def _reads_as(text: str, wanted: Any) -> bool:
    try:
        return same_json(json.loads(text, parse_float=Decimal), wanted)
    except ValueError:
        return False


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
