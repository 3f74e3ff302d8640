"""The parents of nested lists: the accounts that a key sees, or the one that is pinned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from crm_sync.config.models import EntityConfig
from crm_sync.config.paging import Paging
from crm_sync.config.parent_lists import ParentList
from crm_sync.config.rest_reads import RestListRead, RestPass
from crm_sync.exceptions import ConfigError, UnexpectedResponseError
from crm_sync.rest.client import RestClient
from crm_sync.rest.decoding import make_printable
from crm_sync.rest.loop_guard import LoopGuard, PageCount
from crm_sync.rest.messages import describe_value, find_path
from crm_sync.sources.base import Record
from crm_sync.sources.rest.page_walks import walk_pages
from crm_sync.sources.rest.pages import PageReader
from crm_sync.sources.rest.part import NO_PARENT
from crm_sync.sources.rest.parts import PartPlanner


@dataclass(frozen=True)
class ListedParents:
    """The parents and the source's clock when they were listed."""

    values: list[str]
    date: datetime | None = None
    doubt: str | None = None
    """Why there may be more parents."""


def list_parents(
    client: RestClient, entity: EntityConfig, read: RestListRead, planner: PartPlanner
) -> ListedParents:
    """List the parents, or take the one that the connection pins.

    Raises:
        UnexpectedResponseError: a parent has no id.
    """
    if read.parents is None:
        return ListedParents([NO_PARENT])
    return _list(client, entity, read.parents, read.paging, planner)


def split_pinned(client: RestClient, parents: ParentList) -> list[str]:
    """Give the parents that the connection names; none where it names none.

    Raises:
        ConfigError: it has to name them, since there is no list of them.
    """
    named = client.extras.get(parents.pinned_by, "") if parents.pinned_by else ""
    pinned = [one.strip() for one in named.split(",") if one.strip()]
    if not pinned and not parents.path:
        where = f"connection {getattr(client, 'connection_id', '')}".rstrip()
        raise ConfigError(where, f"extra.{parents.pinned_by}", f"the {parents.name}, several with commas")
    return pinned


def build_pass(parents: ParentList) -> RestPass:
    """Give the list of parents as a pass."""
    return RestPass(
        name=parents.name,
        path=parents.path,
        params=parents.params,
        headers=parents.headers,
        records_path=parents.records_path,
        paged=parents.paged,
        paging=parents.paging,
    )


def _list(
    client: RestClient, entity: EntityConfig, parents: ParentList, usual: Paging, planner: PartPlanner
) -> ListedParents:
    if pinned := split_pinned(client, parents):
        return ListedParents(pinned)
    outer = ListedParents([NO_PARENT])
    if parents.of is not None:
        outer = _list(client, entity, parents.of, usual, planner)
    one, paging, count = build_pass(parents), parents.paging or usual, PageCount(entity.max_pages)
    found: dict[str, None] = {}
    date, doubt = outer.date, outer.doubt
    for value in outer.values:
        part = replace(planner.above(parents).build_bare(one, value), keys=((parents.id_path,),))
        reader = PageReader(client, part, paging, entity.page_size)
        for page in walk_pages(reader, LoopGuard(count), paging, None):
            date = date or page.answer.date
            for record in page.records:
                found[read_parent_id(record, parents)] = None
            if page.gap is not None:
                doubt = f"{part.path}: the list of {parents.name} has a gap: {page.gap}."
            if page.following is None and page.lack is not None:
                doubt = f"{part.path}: the list of {parents.name} ended before its end: {page.lack}."
    return ListedParents(list(found), date, doubt)


def is_askable(value: str) -> bool:
    """Tell whether a value can be put into a path."""
    return bool(value.strip()) and make_printable(value) == value


def read_parent_id(record: Record, parents: ParentList) -> str:
    """Give the id of a listed parent, a text or a whole number.

    Raises:
        UnexpectedResponseError: it has none.
    """
    value = find_path(record, parents.id_path)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int) or not is_askable(str(value)):
        raise UnexpectedResponseError(
            f"{parents.path}: a record has {describe_value(value)} at '{parents.id_path}', expected an id"
        )
    return str(value)
