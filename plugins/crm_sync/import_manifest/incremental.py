"""Reads a cursor by time: spans of days, or the slot {since}, or nothing where the source has no filter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.expressions import Lookup, Now, parse_text
from crm_sync.import_manifest.findings import Doubts, NotSaidError
from crm_sync.import_manifest.moments import read_span, write_column_format, write_format
from crm_sync.import_manifest.options import Call, Place, read_place
from crm_sync.import_manifest.scope import Scope, read_constant

_FIRST = "2020-01-01"
_EARLIEST = "1970-01-01"
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})")


@dataclass
class Cursor:
    """How a stream knows what is new."""

    column: str = ""
    """Path of the record's time; empty: the stream has no cursor."""
    column_format: str | None = None
    style: str = ""
    step_s: int | None = None
    lookback_s: int = 0
    first: str = _FIRST
    start: Place | None = None
    end: Place | None = None
    words: dict[str, Any] = field(default_factory=dict)


def read_cursor(stream: Component, scope: Scope) -> Cursor:
    """Give the cursor of a stream, and tell the scope how slices by time are named.

    Raises:
        NotSaidError: it is of a kind that we have no word for.
    """
    component = stream.part("incremental_sync")
    if component is None:
        return Cursor()
    if component.class_name or component.type not in ("DatetimeBasedCursor", ""):
        raise NotSaidError("a cursor of another kind", component.class_name or component.type)
    component.leave(
        "cursor_granularity", "is_data_feed", "is_compare_strictly", "global_substream_cursor", "name"
    )
    component.leave("is_client_side_incremental", "allow_catalog_defined_cursor_field")
    style = str(component.take("datetime_format", ""))
    formats = component.own("cursor_datetime_formats") or [style]
    cursor = Cursor(_read_column(component), write_column_format(str(formats[0])), style)
    cursor.start, cursor.end = (
        _read_place(component, "start_time_option"),
        _read_place(component, "end_time_option"),
    )
    scope.style = style
    scope.start = str(component.take("partition_field_start", "start_time"))
    scope.end = str(component.take("partition_field_end", "end_time"))
    _read_spans(component, cursor, scope.doubts)
    cursor.first = _read_first(component, scope.doubts)
    return cursor


def place_cursor(cursor: Cursor, call: Call, scope: Scope) -> None:
    """Put the bounds into the request, and choose between spans of days and the slot {since}.

    Raises:
        NotSaidError: the format of the bounds is none of ours.
    """
    if not cursor.column:
        return
    if _are_days(cursor) and not scope.used_moments and cursor.start and cursor.end:
        # both days are included, as the manifest's are
        cursor.words = {"from_param": cursor.start.keys[0], "to_param": cursor.end.keys[0]}
        _add_spans(cursor, scope.doubts)
        return
    places = {"since": cursor.start, "until": cursor.end}
    for slot, place in places.items():
        if place is not None:
            call.put(place, f"{{{slot}:{write_format(cursor.style)}}}")
            scope.used_moments.add(slot)
    if scope.used_moments == {"since", "until"}:
        _add_spans(cursor, scope.doubts)
    elif "since" in scope.used_moments:
        scope.doubts.add("a full read asks for everything, and in the manifest from its start date on")


def _are_days(cursor: Cursor) -> bool:
    places = (cursor.start, cursor.end)
    return cursor.style == "%Y-%m-%d" and all(one and one.kind == "request_parameter" for one in places)


def _add_spans(cursor: Cursor, doubts: Doubts) -> None:
    span: int | str = 0 if cursor.step_s is None else f"{max(cursor.step_s, 86_400)}s"
    cursor.words |= {"first": date.fromisoformat(cursor.first), "longest": span, "column": ""}
    cursor.words |= {"back_s": f"{cursor.lookback_s}s"} if cursor.lookback_s else {}
    if cursor.step_s is not None and cursor.step_s % 86_400:
        doubts.add("spans are whole days, and in the manifest shorter or not whole")


def _read_column(component: Component) -> str:
    given = component.take("cursor_field", "")
    try:
        return read_constant(given, component)
    except NotSaidError:
        raise NotSaidError("the name of a cursor that has to be worked out", given) from None


def _read_place(component: Component, key: str) -> Place | None:
    option = component.part(key)
    if option is None:
        return None
    if option.type == "RequestPath":
        raise NotSaidError("a moment in a path")
    return read_place(option)


def _read_spans(component: Component, cursor: Cursor, doubts: Doubts) -> None:
    for key in ("step", "lookback_window"):
        given = component.own(key)
        if given is None:
            continue
        try:
            seconds = read_span(str(given))
        except NotSaidError:
            seconds = 30 * 86_400 if key == "step" else 7 * 86_400
            doubts.add(
                f"{key} is {seconds // 86_400} days here, and in the manifest the config says it", given
            )
        if key == "step":
            cursor.step_s = seconds
        else:
            cursor.lookback_s = seconds


def _read_first(component: Component, doubts: Doubts) -> str:
    moment = component.own("end_datetime")
    text = _read_moment(component, "end_datetime")
    if moment is not None and not _is_now(text):
        doubts.add("a read ends with the run, and in the manifest where the config says", text)
    text = _read_moment(component, "start_datetime")
    if "{" not in text:
        return _read_day(text)
    try:
        usual = [piece.default for piece in parse_text(text) if isinstance(piece, Lookup)]
    except NotSaidError:
        usual = []
    return _read_day(str(usual[0])) if usual else _FIRST


def _read_day(text: str) -> str:
    """Give the day that a moment begins with, none before the epoch; the usual one where it has none."""
    found = _DAY.match(text)
    try:
        return max(date.fromisoformat(found[1]).isoformat(), _EARLIEST) if found else _FIRST
    except ValueError:
        return _FIRST


def _read_moment(component: Component, key: str) -> str:
    given = component.own(key)
    inner = component.part(key) if isinstance(given, dict) else None
    if inner is None:
        return str(given or "")
    inner.leave("datetime_format", "max_datetime", "min_datetime", "datetime", "name")
    return str(inner.own("datetime", ""))


def _is_now(text: str) -> bool:
    try:
        pieces = parse_text(text)
    except NotSaidError:
        return "now_utc()" in text or "today_utc()" in text
    return all(isinstance(piece, Now) for piece in pieces)
