"""The pieces that a list is divided into, and which records belong to each of them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

import msgspec

from crm_sync.config.partition import PartitionField


class Beginning(msgspec.Struct, frozen=True, array_like=True):
    """What one field is asked for."""

    text: str
    is_whole: bool = False
    """The field is this text; otherwise it begins with it."""


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """A part of the list; without beginnings it is all of it."""

    beginnings: tuple[Beginning, ...] = ()
    """Of the first fields; all of them have to fit."""
    least: int = 0
    """Records of it that an answer at the cap has shown."""

    @property
    def is_beginning(self) -> bool:
        """Tell whether its last field goes on behind what is asked for."""
        return bool(self.beginnings) and not self.beginnings[-1].is_whole

    def fits(self, values: Sequence[str]) -> bool:
        """Tell whether a record belongs to it.

        Args:
            values: of the record's fields by which the list is divided, in order.
        """
        return all(_fits(one, value) for one, value in zip(self.beginnings, values, strict=False))

    def describe(self, by: Sequence[PartitionField]) -> str:
        """Name it for people."""
        if not self.beginnings:
            return "the whole list"
        return " and ".join(
            f"{field.name} {'' if one.is_whole else 'from '}'{one.text}'" if one.text else f"no {field.name}"
            for field, one in zip(by, self.beginnings, strict=False)
        )


class Division(msgspec.Struct, frozen=True):
    """What becomes of a piece that is too large for one answer."""

    pieces: tuple[Piece, ...] = ()
    """In the order in which they are asked for; none: no field divides it any further."""
    unasked: tuple[str, ...] = ()
    """Characters that can't be asked for, since they belong to the wildcard."""


def divide(
    piece: Piece, records: Sequence[Sequence[str]], by: Sequence[PartitionField], wildcard: str
) -> Division:
    """Divide a piece: the records whose field ends where it does, and those that go on with each character.

    Args:
        piece: whose answer reached the cap.
        records: of that answer, the values of the fields by which the list is divided.
        by: these fields.
        wildcard: that stands behind a beginning.
    """
    level, around, text = len(piece.beginnings) - 1, piece.beginnings[:-1], ""
    if piece.beginnings:
        last = piece.beginnings[-1]
        text = last.text
        if last.is_whole or len(text) >= by[level].longest:
            level, around, text = level + 1, piece.beginnings, ""
    level = max(level, 0)
    if level >= len(by):
        return Division()
    values = [one[level] for one in records]
    ends = sum(len(value) <= len(text) for value in values)
    heads = Counter(value[len(text)] for value in values if len(value) > len(text))
    known = dict.fromkeys(by[level].characters + ("" if text else by[level].first))
    seen = sorted(heads.keys() - known.keys())
    unasked = tuple(one for one in seen if one in wildcard)
    following = [one for one in (*known, *seen) if one not in wildcard]
    pieces = [Piece((*around, Beginning(text, is_whole=True)), ends)]
    pieces += [Piece((*around, Beginning(text + one)), heads[one]) for one in following]
    return Division(tuple(pieces), unasked)


def drop_covered(
    pending: Sequence[Piece], piece: Piece, records: Sequence[Sequence[str]]
) -> tuple[Piece, ...]:
    """Leave out pieces that an answer has shown already: to the source, two characters may be the same.

    Args:
        pending: pieces that are still to be asked for.
        piece: that was asked for, by the beginning of its last field.
        records: of its answer, the values of the fields.
    """
    if not piece.is_beginning:
        return tuple(pending)
    *around, last = piece.beginnings
    level, length = len(around), len(last.text)
    twins = {one[level][:length] for one in records} - {last.text}
    covered = {(*around, Beginning(one)) for one in twins if fold(one) == fold(last.text)}
    return tuple(one for one in pending if one.beginnings not in covered)


def find_behind(pending: Sequence[Piece]) -> Piece | None:
    """Give the piece that is asked for whatever the one before it brings; None: that is not certain.

    Args:
        pending: pieces that are still to be asked for, the next one last.
    """
    if len(pending) < 2:
        return None
    *_, behind, piece = pending
    if not piece.is_beginning or piece.beginnings[:-1] != behind.beginnings[:-1]:
        return behind
    may_be_covered = fold(piece.beginnings[-1].text) == fold(behind.beginnings[-1].text)
    return None if may_be_covered else behind


def move_last(pending: Sequence[Piece], piece: Piece) -> tuple[Piece, ...]:
    """Put a piece where the next one to be asked for stands."""
    return (*(one for one in pending if one != piece), piece)


def fold(text: str) -> str:
    """Give what is left of a text for a source to which case and accents do not count."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(one for one in plain if not unicodedata.combining(one)).casefold()


def _fits(one: Beginning, value: str) -> bool:
    # blanks around a value may not count either
    told, asked = fold(value.strip()), fold(one.text.strip())
    return told == asked if one.is_whole else told.startswith(asked)
