"""The tab that an entity is read from: its title, id and size, and how its file writes times and numbers."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_grid import LayoutCall, RestGridRead
from crm_sync.config.slots import is_zone
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.decoding import make_printable
from crm_sync.rest.messages import describe_value, find_path
from crm_sync.rest.page_words import read_count
from crm_sync.sources.rest.labels import fold_label
from crm_sync.untyped import Json

Mark = Literal[".", ","]


@dataclass(frozen=True)
class Tab:
    """One tab with cells."""

    title: str
    id: str
    rows: int
    zone: ZoneInfo
    mark: Mark | None
    """Before the fraction of numbers that are typed as texts; None: nobody knows."""


@dataclass(frozen=True)
class _Named:
    title: str
    id: str
    data: Json


def read_tab(data: Json, entity: EntityConfig, read: RestGridRead, tab_id: int | None) -> Tab:
    """Find the tab in the answer that lists all.

    Args:
        data: the answer.
        entity: what is read.
        read: its words.
        tab_id: that the file's address names, for YAML that names neither a title nor an id.

    Raises:
        UnexpectedResponseError: the tab is gone or has no cells, or the answer lacks its size.
    """
    words = read.layout
    tabs = [_name_tab(one, words) for one in find_path(data, words.tabs_path)]
    found = _choose(tabs, read, read.tab_id if read.tab_id is not None else tab_id)
    kind = find_path(found.data, words.kind_path) if words.kind_path else None
    if words.kinds and kind not in words.kinds:
        raise UnexpectedResponseError(
            f"the tab '{_show(found.title)}' is {describe_value(kind)}, which has no cells to read; "
            f"expected {' or '.join(words.kinds)}"
        )
    rows = read_count(found.data, words.rows_path)
    if rows is None:
        raise UnexpectedResponseError(f"the tab '{_show(found.title)}' has no size at '{words.rows_path}'")
    return Tab(found.title, found.id, rows, _read_zone(data, words, entity), _read_mark(data, words))


def _name_tab(data: Json, words: LayoutCall) -> _Named:
    title, tab_id = find_path(data, words.title_path), find_path(data, words.id_path)
    # a default is often not written: the first tab's id is 0
    return _Named(title if isinstance(title, str) else "", str(0 if tab_id is None else tab_id), data)


def _choose(tabs: list[_Named], read: RestGridRead, tab_id: int | None) -> _Named:
    titles = ", ".join(f"'{_show(one.title)}'" for one in tabs)
    if read.tab and read.tab_id is None:
        same = [one for one in tabs if one.title == read.tab]
        # an exact title comes first, since a file may have two that differ in case alone
        same = same or [one for one in tabs if fold_label(one.title) == fold_label(read.tab)]
        if len(same) == 1:
            return same[0]
        near = difflib.get_close_matches(fold_label(read.tab), {fold_label(one.title) for one in tabs}, 1)
        likely = next((one.title for one in tabs if near and fold_label(one.title) == near[0]), None)
        hint = f" (renamed to '{_show(likely)}'?)" if likely is not None else ""
        raise UnexpectedResponseError(
            f"the file has no tab '{read.tab}'{hint}; there are {titles}. Write its title, or its id, which "
            "stays when it is renamed, into the entity's YAML"
        )
    wanted = next((one for one in tabs if tab_id is not None and one.id == str(tab_id)), None)
    if wanted is None:
        what = f"tab with the id {tab_id}" if tab_id is not None else "tab named in the entity's YAML"
        raise UnexpectedResponseError(f"the file has no {what}; there are {titles}")
    return wanted


def _read_zone(data: Json, words: LayoutCall, entity: EntityConfig) -> ZoneInfo:
    if not words.zone_path:
        return ZoneInfo(entity.source_time_zone)
    name = find_path(data, words.zone_path)
    if not isinstance(name, str) or not is_zone(name):
        raise UnexpectedResponseError(
            f"the file has {describe_value(name)} at '{words.zone_path}', expected a time zone that this "
            "machine knows: its times can't be placed"
        )
    return ZoneInfo(name)


def _read_mark(data: Json, words: LayoutCall) -> Mark | None:
    locale = find_path(data, words.locale_path) if words.locale_path else None
    by_locale: Mapping[str, Mark] = {
        name: mark for mark, names in words.decimal_marks.items() for name in names
    }
    if not isinstance(locale, str):
        return None
    return by_locale.get(locale) or by_locale.get(locale.split("_")[0])


def _show(title: str) -> str:
    return make_printable(title)
