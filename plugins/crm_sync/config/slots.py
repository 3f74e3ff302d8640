"""The language of slots in paths, parameters, headers and bodies; what fills them is left to `sources/rest`.

`{name}` is a slot, `{name:format@zone}` one with a format and a time zone, `{{` and `}}` are braces, and
`[? ... ?]` is a piece that is left out where one of its slots has no value; in JSON, `{"[?]": ...}` is one.
`[+ and +]` is what stands between two such pieces if both are there.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

BEFORE = "before"
"""The slot that holds where a half of a span ends that was too long to be asked for at once."""
MOMENTS = frozenset({"since", "until", BEFORE})
"""Slots that hold a moment: the bounds of what a request asks for."""
AT = "at"
"""The slot that holds what the last record has at `paging.by_path`."""
PAGE_SLOTS = frozenset({"after", AT, "limit"})
"""Slots that only a page can fill: its position and its size."""
FIELDS = "fields"
"""The slot that holds the names of the fields to read."""
SAMPLE = "sample"
"""The slot that holds how many records are wanted where a few are enough: by checks of a connection."""
OWN_SLOTS = MOMENTS | PAGE_SLOTS | {FIELDS, SAMPLE, "time_zone"}
"""Slots that every pass has, whatever `rest.extras` names."""
JOB, TOKEN = "job", "token"
"""Slots of a job's own requests: its id, and a text that no other start of a job has."""
MOMENT_FORMATS = ("iso", "iso_z", "iso_ms", "date", "epoch_s", "epoch_ms")
"""Beside these, anything with a `%` is a strftime pattern."""
TEXT_FORMATS = ("text", "quoted", "escaped")
SOURCE_ZONE = "source"
"""Zone name that stands for the entity's `source_time_zone`."""

OPTIONAL = "[?]"
"""Key of a JSON object that may be left out as a whole."""

_MARKED = re.compile(r"\[\?(.*?)\?\]|\[\+(.*?)\+\]", re.DOTALL)


@dataclass(frozen=True)
class Slot:
    """One place that is filled."""

    name: str
    format: str = ""
    zone: str = ""
    """A zone's name, `source`, or an extra that names a zone; empty: UTC."""


Piece = str | Slot


@dataclass(frozen=True)
class Chunk:
    """A part of a template that is there or not as a whole."""

    pieces: tuple[Piece, ...]
    is_optional: bool = False
    """It may be left out."""
    is_joint: bool = False
    """It stands between two chunks that may be left out, if both are there."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Give its slots, in order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Slot))


@dataclass(frozen=True)
class Template:
    """A text with slots, taken apart."""

    chunks: tuple[Chunk, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Give all slots, in order."""
        return tuple(slot for chunk in self.chunks for slot in chunk.slots)

    @cached_property
    def needed(self) -> frozenset[str]:
        """Name the slots without which the text as a whole is left out."""
        needed = (chunk for chunk in self.chunks if not chunk.is_optional and not chunk.is_joint)
        return frozenset(slot.name for chunk in needed for slot in chunk.slots)

    @property
    def lone_slot(self) -> Slot | None:
        """Give the slot that is the whole text; None: there is more to it."""
        if len(self.chunks) == 1 and self.chunks[0] == Chunk(self.slots[:1]):
            return next(iter(self.slots), None)
        return None


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Take a template apart.

    Raises:
        ValueError: a brace without its other half, or a slot with `!`.
    """
    chunks: list[Chunk] = []
    for number, part in enumerate(_MARKED.split(text)):
        if part:
            is_optional, is_joint = number % 3 == 1, number % 3 == 2  # what the groups of the pattern found
            chunks.append(Chunk(tuple(_parse_slots(part)), is_optional, is_joint))
    return Template(tuple(chunks))


def find_slots(value: object) -> Iterator[tuple[str, Slot]]:
    """Find the slots in a text, or in all texts of a body; each with the text that it is in.

    A text that can't be taken apart gives a slot of its own name, which is none that has a value.
    """
    if isinstance(value, str):
        try:
            slots = parse_template(value).slots
        except ValueError:
            slots = (Slot(value),)
        yield from ((value, slot) for slot in slots)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from find_slots(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from find_slots(item)


def find_wrong_format(slot: Slot, context: Literal["path", "text"], extras: frozenset[str]) -> str | None:
    """Say what a slot's format or zone was expected to be; None: they are right.

    Args:
        slot: to look at.
        context: a path takes texts only.
        extras: names that a zone may have.
    """
    if slot.name in MOMENTS and context == "text":
        if slot.format and slot.format not in MOMENT_FORMATS and "%" not in slot.format:
            return f"one of {', '.join(MOMENT_FORMATS)} or a pattern with %"
        if slot.zone and slot.zone != SOURCE_ZONE and slot.zone not in extras and not is_zone(slot.zone):
            return "a time zone, 'source', or an extra of rest.extras that names one"
        return None
    if slot.zone:
        return "no zone, which only since, until and before have"
    known = {FIELDS: ("comma",), "limit": ("text",), SAMPLE: ("text",)}.get(slot.name, TEXT_FORMATS)
    if slot.format and slot.format not in known:
        return f"one of {', '.join(known)}"
    return None


def is_zone(name: str) -> bool:
    """Tell whether a time zone has this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _parse_slots(text: str) -> Iterator[Piece]:
    for literal, name, spec, conversion in string.Formatter().parse(text):
        if literal:
            yield literal
        if name is None:
            continue
        if conversion:
            raise ValueError(f"a slot with !{conversion}")
        style, _, zone = (spec or "").partition("@")
        yield Slot(name, style, zone)
