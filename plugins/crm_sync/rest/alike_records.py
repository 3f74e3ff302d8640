"""Pages whose records all have the same keys: read by a type that was learned, without an object per record.

Of a page of texts, making dictionaries and writing them as lines again takes longest. Here one page tells
which keys there are; the next ones are read with a type of these keys, and only where what they encode to
stands in the answer byte for byte. Then nothing can have been lost or changed: no key came twice, and nothing
is spelled in another way. Every other page is decoded as usual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import GenericAlias
from typing import Any, overload

import msgspec
from typing_extensions import override

from crm_sync.fields.key_paths import join_path
from crm_sync.rest.decoding import decode_json, encode_lines
from crm_sync.untyped import Json

_PLAIN_KEY = re.compile(r"[ !#-\[\]-~]+")
"""Printable, and spelled in JSON as it is."""
_FREE_MISSES = 8
"""So many pages may be tried in vain, and one more for each that was not: a try takes half of a decoding."""
_Value = str | bool | None
"""No numbers: which of them have to become texts, only the usual way knows."""
_Names = tuple[tuple[str, tuple[str, ...] | None], ...]
"""The keys of a record, with those of an object behind its key."""


class AlikeRecords(Sequence[dict[str, Any]]):
    """The records of a page that are alike; they become dictionaries only if somebody looks at them.

    The structures that they were read into are not kept: they are freed fastest by the thread that made them,
    at once, and another one would be busy with it when it stores the page.

    Args:
        count: how many.
        lines: the records as NDJSON.
        key_paths: dotted paths of all keys, two levels deep.
        values: by key, each record's value; only of the keys that the reader was asked for.
    """

    def __init__(
        self, count: int, lines: bytes, key_paths: frozenset[str], values: Mapping[str, list[Json]]
    ) -> None:
        self.lines, self.key_paths = lines, key_paths
        self._count, self._values = count, values
        self._records: list[dict[str, Any]] | None = None

    def list_values(self, key: str) -> list[Json] | None:
        """Give each record's value of a key; None: nobody asked for it, or an object is behind it."""
        return self._values.get(key)

    @override
    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...

    @override
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        return self._decode()[index]

    @override
    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._decode())

    def _decode(self) -> list[dict[str, Any]]:
        if self._records is None:
            self._records = [decode_json(line) for line in self.lines.split(b"\n") if line]
        return self._records


@dataclass(frozen=True)
class _Shape:
    """The keys of records, and what reads them."""

    names: _Names
    decoder: msgspec.json.Decoder[Any]
    """Of a page, whose `records` it gives."""
    attributes: Mapping[str, str]
    """By key: the attribute of a row that has its value; objects are left out."""
    key_paths: frozenset[str]


@dataclass
class AlikeReader:
    """Reads the pages of one list; several threads may do so.

    Args:
        path: key of the answer's list of records.
        wanted: keys of the records whose values are looked at, beside their lines.
    """

    path: str
    wanted: tuple[str, ...] = ()
    _shape: _Shape | None = field(default=None, repr=False)
    _tries_left: int = field(default=_FREE_MISSES, repr=False)

    def read(self, body: bytes) -> tuple[AlikeRecords, Json] | None:
        """Read a page.

        Args:
            body: of an answer in UTF-8.

        Returns:
            The records, and the answer's values with an empty list in their place. None: it has to be decoded
            as usual, whether it is of another kind or no answer at all.
        """
        shape = self._shape
        if shape is None or not self._tries_left:
            return None
        found = self._try(body, shape)
        self._tries_left += -1 if found is None else 1
        return found

    def learn(self, data: Json) -> None:
        """Take over the keys of the first record of an answer that was decoded as usual."""
        records = data.get(self.path) if isinstance(data, Mapping) else None
        names = _list_names(records[0]) if isinstance(records, list) and records else None
        if names is not None and (self._shape is None or self._shape.names != names):
            self._shape = _build_shape(self.path, names)

    def _try(self, body: bytes, shape: _Shape) -> tuple[AlikeRecords, Json] | None:
        try:
            rows = shape.decoder.decode(body).records
        except (msgspec.MsgspecError, UnicodeError):
            return None
        if not rows:
            return None
        lines = encode_lines(rows)
        opening = b'"%s":[' % self.path.encode()
        start = body.find(opening) + len(opening)
        # a line break within a text is an escape, so each one here ends a record
        records = lines[:-1].replace(b"\n", b",")
        if not body.startswith(records, start):
            return None
        data = decode_json(body[:start] + body[start + len(records) :])
        # the very same records may stand somewhere else in the answer, too
        if data.get(self.path) != []:
            return None
        attributes = {key: shape.attributes[key] for key in self.wanted if key in shape.attributes}
        values = {key: [getattr(row, name) for row in rows] for key, name in attributes.items()}
        return AlikeRecords(len(rows), lines, shape.key_paths, values), data


def _list_names(record: Json) -> _Names | None:
    """Name the keys of a record; None: its values are too manifold for a page to be read by them."""
    if not isinstance(record, dict):
        return None
    names: list[tuple[str, tuple[str, ...] | None]] = []
    for key, value in record.items():
        inner = value if isinstance(value, dict) else None
        values = [value] if inner is None else list(inner.values())
        if not all(map(_PLAIN_KEY.fullmatch, (key, *(inner or ())))):
            return None
        if not all(isinstance(one, _Value) for one in values):
            return None
        names.append((key, None if inner is None else tuple(inner)))
    return tuple(names)


def _build_shape(path: str, names: _Names) -> _Shape:
    kinds = [_Value if inner is None else _define(dict.fromkeys(inner, _Value)) for _, inner in names]
    record = _define(dict(zip((key for key, _ in names), kinds, strict=True)))
    page = msgspec.defstruct("Page", [("records", GenericAlias(list, (record,)), msgspec.field(name=path))])
    paths = {join_path((key,)) for key, inner in names if inner is None}
    paths |= {join_path((key, name)) for key, inner in names for name in inner or ()}
    return _Shape(
        names,
        msgspec.json.Decoder(page),
        {key: _name_attribute(number) for number, (key, inner) in enumerate(names) if inner is None},
        frozenset(paths),
    )


def _define(kinds: Mapping[str, Any]) -> type[msgspec.Struct]:
    """Define a structure that has these keys, and no others."""
    fields = [
        (_name_attribute(number), kind, msgspec.field(name=key))
        for number, (key, kind) in enumerate(kinds.items())
    ]
    return msgspec.defstruct("Alike", fields, forbid_unknown_fields=True, gc=False)


def _name_attribute(number: int) -> str:
    return f"value_{number}"
