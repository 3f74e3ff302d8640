"""Decodes only the wanted keys of JSON records, as fast as msgspec can.

A Struct that has just those keys skips all others without making objects of them. msgspec looks a key up from
where the last one was found, so a Struct in the records' own order is several times faster than another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from crm_sync.fields.number_literals import keep_number
from crm_sync.fields.paths import PathNode
from crm_sync.untyped import Json

_MAX_UNORDERED_KEYS = 64
"""With more keys at one level, and none of them in a steady order, a dict is faster than a Struct."""

decode_all = msgspec.json.Decoder(float_hook=keep_number).decode
"""Decode a whole record; a number that float64 can't hold is text."""

Decode = Callable[[bytes], Any]


def build_decode(wanted: PathNode, samples: Sequence[dict[str, Any]]) -> Decode:
    """Choose how to decode.

    Args:
        wanted: tree of the wanted keys.
        samples: some records, for the order of their keys.

    Returns:
        A function from a line to an object that msgspec encodes as the wanted part of the record; nulls are
        left out, and an object may be left empty.
    """
    ordered = _order(wanted, samples[:1])
    levels = list(_walk(ordered))
    is_steady = all(_follows(ordered, sample) for sample in samples)
    too_many = not is_steady and any(len(node.children) > _MAX_UNORDERED_KEYS for node in levels)
    if too_many or not all(_fits_struct(key) for node in levels for key in node.children):
        return lambda line: _pick(decode_all(line), wanted)
    decode_wanted = msgspec.json.Decoder(_struct_of(ordered)).decode

    def decode(line: bytes) -> Json:
        try:
            return decode_wanted(line)
        except msgspec.DecodeError:  # a number beyond float64, or a text where others have an object
            return _pick(decode_all(line), wanted)

    return decode


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
