"""Fills the slots of templates with the values of a part and a page; `config/slots.py` has the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crm_sync.config.slots import MOMENTS, OPTIONAL, SOURCE_ZONE, Chunk, Slot, is_zone, parse_template
from crm_sync.exceptions import ConfigError

Value = str | int | datetime | Sequence[object]
"""What fills a slot: a text, a number, a moment, names, or the items of a JSON list."""

_UNITS: Sequence[tuple[str, timedelta]] = (
    ("%f", timedelta(microseconds=1)),
    ("%S", timedelta(seconds=1)),
    ("%M", timedelta(minutes=1)),
    ("%H", timedelta(hours=1)),
)
_FINEST = {
    "iso_ms": timedelta(milliseconds=1),
    "epoch_ms": timedelta(milliseconds=1),
    "date": timedelta(days=1),
}


@dataclass(frozen=True)
class SlotValues:
    """Everything that the slots of one request may be filled with.

    Args:
        values: by slot; one without a value is missing.
        source_zone: what the zone `source` stands for.
        extras: of the connection, among which a zone may be.
        connection_id: named where an extra is no zone.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    source_zone: str = "UTC"
    extras: Mapping[str, str] = field(default_factory=dict)
    connection_id: str = ""

    def fill_text(self, template: str, escape: Callable[[str], str] = str) -> str | None:
        """Fill a text; None: a slot that it needs has no value, or all of it is left out.

        Args:
            template: with slots.
            escape: for what comes from outside, where the text is XML for example.
        """
        parsed = parse_template(template)
        if not parsed.needed <= self.values.keys():
            return None
        filled: list[str] = []
        joint: Chunk | None = None
        for chunk in parsed.chunks:
            if chunk.is_joint:
                joint = chunk if filled else None
            elif not chunk.is_optional or {slot.name for slot in chunk.slots} <= self.values.keys():
                filled += [self._fill(one, escape) for one in (joint, chunk) if one is not None]
                joint = None
        # nothing of it is there: an empty text would be a value of its own
        return "".join(filled) if filled or not parsed.chunks else None

    def _fill(self, chunk: Chunk, escape: Callable[[str], str]) -> str:
        return "".join(
            piece if isinstance(piece, str) else escape(self._write(piece)) for piece in chunk.pieces
        )

    def fill_texts(self, templates: Mapping[str, str]) -> dict[str, str]:
        """Fill named texts; one that lacks a value is left out."""
        filled = {name: self.fill_text(template) for name, template in templates.items()}
        return {name: text for name, text in filled.items() if text is not None}

    def fill_json(self, template: object) -> object:
        """Fill the texts of a JSON value; keys and items that lack a value are left out.

        An object with the one key `[?]` is what stands under it, or left out itself: where that is an object
        that lacks one of its values, or a list of which nothing is left.
        """
        if isinstance(template, str):
            lone = parse_template(template).lone_slot
            if lone is not None and not lone.format and lone.name not in MOMENTS:
                value = self.values.get(lone.name)
                return list(value) if isinstance(value, list | tuple) else value
            return self.fill_text(template)
        if isinstance(template, Mapping):
            if template.keys() == {OPTIONAL}:
                return self._fill_optional(template[OPTIONAL])
            pairs = ((key, item, self.fill_json(item)) for key, item in template.items())
            return {key: filled for key, item, filled in pairs if item is None or filled is not None}
        if isinstance(template, list | tuple):
            items = ((item, self.fill_json(item)) for item in template)
            return [filled for item, filled in items if item is None or filled is not None]
        return template

    def _fill_optional(self, template: object) -> object:
        filled = self.fill_json(template)
        if isinstance(template, Mapping) and isinstance(filled, Mapping):
            return filled if filled.keys() == template.keys() else None
        return filled or None

    def _write(self, slot: Slot) -> str:
        value = self.values[slot.name]
        if isinstance(value, datetime):
            zone = self._find_zone(slot.zone)
            return write_moment(value, slot.format, zone, is_upper=slot.name != "since")
        text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        if slot.format == "quoted":
            return "'" + text.replace("'", "''") + "'"
        if slot.format == "escaped":
            return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return text

    def _find_zone(self, name: str) -> ZoneInfo:
        if name in self.extras:
            if not is_zone(self.extras[name]):
                where = f"connection {self.connection_id}"
                raise ConfigError(
                    where, f"extra.{name}", "the name of a time zone", got=repr(self.extras[name])
                )
            return ZoneInfo(self.extras[name])
        if name and name != SOURCE_ZONE and not is_zone(name):
            raise ConfigError(
                f"connection {self.connection_id}", f"extra.{name}", "the name of a time zone; it is missing"
            )
        return ZoneInfo({"": "UTC", SOURCE_ZONE: self.source_zone}.get(name, name))


def write_moment(moment: datetime, style: str, zone: ZoneInfo, *, is_upper: bool = False) -> str:
    """Write a bound as a source wants it; an imprecise format makes the span wider, never narrower.

    If a wall clock shows an hour twice, a lower bound means the earlier hour, and an upper bound the later
    one.

    Args:
        moment: aware.
        style: one of `MOMENT_FORMATS`, or a strftime pattern; empty: `iso`.
        zone: whose clock is written; `epoch_s` and `epoch_ms` have none.
        is_upper: records before it are wanted, not those from it on.
    """
    has_offset = style != "date" and ("%" not in style or "%z" in style)
    # an aware clock that shows an hour twice loses, by arithmetic, which of the two it is
    local = moment.astimezone(UTC) if has_offset else _widen(moment.astimezone(zone), is_upper=is_upper)
    unit = _find_unit(style)
    cut = _cut(local, unit)
    if is_upper and cut != local:
        cut = cut + unit
    if style in ("epoch_s", "epoch_ms"):
        since_epoch = cut - datetime(1970, 1, 1, tzinfo=UTC)
        return str(since_epoch // timedelta(milliseconds=1 if style == "epoch_ms" else 1000))
    if style == "date":
        return cut.date().isoformat()
    if style in ("iso_z", "iso_ms"):
        spec = "milliseconds" if style == "iso_ms" else "seconds"
        return cut.replace(tzinfo=None).isoformat(timespec=spec) + "Z"
    local = cut.astimezone(zone) if has_offset else cut
    return local.strftime(style) if "%" in style else local.isoformat()


def _find_unit(style: str) -> timedelta:
    if style in _FINEST:
        return _FINEST[style]
    if "%" not in style:
        return timedelta(seconds=1)
    return next((unit for mark, unit in _UNITS if mark in style), timedelta(days=1))


def _cut(local: datetime, unit: timedelta) -> datetime:
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    into = local.replace(tzinfo=None) - day.replace(tzinfo=None)
    return local - into % unit


def _widen(local: datetime, *, is_upper: bool) -> datetime:
    """Move a wall clock that shows an hour twice out of it, so that no record of either hour is left out."""
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    if first is None or second is None or first <= second:
        return local
    return (local + (first - second) if is_upper else local - (first - second)).replace(fold=0)
