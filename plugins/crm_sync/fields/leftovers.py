"""Takes only the wanted keys out of JSON records, as fast as msgspec can.

A Struct that has just those keys skips all others without making objects of them. msgspec looks a key up from
where the last one was found, so a Struct in the records' own order is several times faster than another.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from crm_sync.fields.number_literals import keep_number
from crm_sync.fields.paths import PathNode

_MAX_UNORDERED_KEYS = 64
"""With more keys at one level, and none of them in a steady order, a dict is faster than a Struct."""

decode_all = msgspec.json.Decoder(float_hook=keep_number).decode
"""Decode a whole record; a number that float64 can't hold is text."""

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True)
class LeftoverReader:
    """Takes the wanted part out of lines.

    Args:
        wanted: tree of the wanted keys.
        decode_wanted: decodes just those; None: all keys are decoded, and the wanted ones picked.
        decode_lines: the same for many lines at once.
    """

    wanted: PathNode
    decode_wanted: Callable[[bytes], Any] | None = None
    decode_lines: Callable[[bytes], list[Any]] | None = None

    def spell(self, line: bytes) -> str:
        """Give the wanted part of a record as JSON; nulls are left out, and an object may be left empty."""
        if self.decode_wanted is not None:
            try:
                return _ENCODER.encode(self.decode_wanted(line)).decode()
            except msgspec.DecodeError:  # a number beyond float64, or a text where others have an object
                pass
        return _ENCODER.encode(_pick(decode_all(line), self.wanted)).decode()

    def spell_all(self, lines: bytes) -> str:
        """Do the same for some lines, each ended by a line break, without a step of Python for each."""
        if self.decode_lines is not None:
            try:
                return _ENCODER.encode_lines(self.decode_lines(lines)).decode()
            except msgspec.DecodeError:
                pass
        return "".join(f"{self.spell(line)}\n" for line in io.BytesIO(lines))


def build_reader(wanted: PathNode, samples: Sequence[dict[str, Any]]) -> LeftoverReader:
    """Choose how to decode.

    Args:
        wanted: tree of the wanted keys.
        samples: some records, for the order of their keys.
    """
    ordered = _order(wanted, samples[:1])
    levels = list(_walk(ordered))
    is_steady = all(_follows(ordered, sample) for sample in samples)
    too_many = not is_steady and any(len(node.children) > _MAX_UNORDERED_KEYS for node in levels)
    if too_many or not all(_fits_struct(key) for node in levels for key in node.children):
        return LeftoverReader(wanted)
    decoder = msgspec.json.Decoder(_struct_of(ordered))
    return LeftoverReader(wanted, decoder.decode, decoder.decode_lines)


def _struct_of(node: PathNode) -> type[msgspec.Struct]:
    names = {f"f{number}": key for number, key in enumerate(node.children)}
    fields = [
        (name, _struct_of(node.children[key]) | None if node.children[key].children else Any, None)
        for name, key in names.items()
    ]
    return msgspec.defstruct("Leftover", fields, rename=names, omit_defaults=True, gc=False)


def _order(node: PathNode, samples: Sequence[Any]) -> PathNode:
    """Put the keys in the order of a record; those it hasn't come last."""
    record = samples[0] if samples and isinstance(samples[0], dict) else {}
    keys = [
        *(key for key in record if key in node.children),
        *(key for key in node.children if key not in record),
    ]
    children = {key: _order(node.children[key], [record.get(key)]) for key in keys}
    return PathNode(node.is_leaf, children)


def _follows(node: PathNode, record: object) -> bool:
    """Say whether a record has the keys in the tree's order."""
    if not isinstance(record, dict):
        return True
    places = {key: number for number, key in enumerate(node.children)}
    found = [places[key] for key in record if key in places]
    return found == sorted(found) and all(
        _follows(node.children[key], record[key]) for key in record if key in places
    )


def _pick(record: dict[str, Any], wanted: PathNode) -> dict[str, Any]:
    picked: dict[str, Any] = {}
    for key, value in record.items():
        child = wanted.children.get(key)
        if child is None or value is None:
            continue
        picked[key] = _pick(value, child) if child.children and isinstance(value, dict) else value
    return picked


def _fits_struct(key: str) -> bool:
    """Say whether msgspec takes a key as the name of a Struct's field."""
    return not any(char in '"\\' or char < " " for char in key)


def _walk(node: PathNode) -> Iterator[PathNode]:
    yield node
    for child in node.children.values():
        yield from _walk(child)
