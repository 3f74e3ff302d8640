"""Tries out the lists of a `rest_list` entity: each pass once, for one parent, one record at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crm_sync.config.models import EntityConfig
from crm_sync.config.parent_lists import ParentList
from crm_sync.config.rest_reads import RestListRead, RestPass
from crm_sync.rest.client import RestClient
from crm_sync.sources.rest.pages import ListPage, PageReader
from crm_sync.sources.rest.parents import build_pass, read_parent_id, split_pinned
from crm_sync.sources.rest.part import NO_PARENT
from crm_sync.sources.rest.parts import PartPlanner, build_planner


def probe_lists(
    client: RestClient, entity: EntityConfig, read: RestListRead, paths: Mapping[str, str]
) -> str:
    """Ask for the first record of each pass.

    Args:
        client: of the account.
        entity: whose lists.
        read: its strategy.
        paths: pieces of paths by placeholder, as for a read.

    Returns:
        A sentence about what may be read, or what the account lacks.

    Raises:
        SourceError: a list may not be read.
    """
    planner = build_planner(client, entity, read, paths)
    planner.discover(client, entity)
    parent = NO_PARENT if read.parents is None else _find_parent(client, read, read.parents, planner)
    if parent is None:
        return "the key sees no parent of these records, so there is nothing to read"
    lacking: dict[str, None] = {}
    for one in read.passes:
        answer = _read_first(client, read, one, planner, parent).answer
        if one.feature_off is not None and answer.status in one.feature_off.status:
            lacking[one.feature_off.because] = None
    return "; left out: ".join(["may be read", *lacking])


def _find_parent(
    client: RestClient, read: RestListRead, parents: ParentList, planner: PartPlanner
) -> str | None:
    if pinned := split_pinned(client, parents):
        return pinned[0]
    outer = NO_PARENT if parents.of is None else _find_parent(client, read, parents.of, planner)
    if outer is None:
        return None
    part = replace(planner.above(parents).build_bare(build_pass(parents), outer), keys=((parents.id_path,),))
    records = PageReader(client, part, parents.paging or read.paging, 1).read(None).records
    if not records:
        return None
    return read_parent_id(records[0], parents)


def _read_first(
    client: RestClient, read: RestListRead, one: RestPass, planner: PartPlanner, parent: str
) -> ListPage:
    part = planner.build_bare(one, parent)
    return PageReader(client, part, one.paging or read.paging, 1).read(None)
