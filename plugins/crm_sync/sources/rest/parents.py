"""The parents that nested lists are read for: the accounts that a key sees, or the one that is pinned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead, RestPass
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import find_path
from crm_sync.rest.paginators import LoopGuard
from crm_sync.sources.rest.pages import PageReader, walk_pages
from crm_sync.sources.rest.parts import NO_PARENT, PartPlanner


@dataclass(frozen=True)
class ListedParents:
    """The parents and the source's clock when they were listed."""

    values: list[str]
    date: datetime | None = None


def list_parents(
    client: RestClient, entity: EntityConfig, read: RestListRead, planner: PartPlanner
) -> ListedParents:
    """List the parents, or take the one that the connection pins.

    Raises:
        UnexpectedResponseError: a parent has no id.
    """
    parents = read.parents
    if parents is None:
        return ListedParents([NO_PARENT])
    if parents.pinned_by in client.extras:
        return ListedParents([client.extras[parents.pinned_by]])
    one = RestPass(
        name=parents.name, path=parents.path, params=parents.params, records_path=parents.records_path
    )
    paging = parents.paging or read.paging
    reader = PageReader(client, planner.build_bare(one, NO_PARENT), paging, entity.page_size)
    found: dict[str, None] = {}
    date = None
    for page in walk_pages(reader, LoopGuard(max_pages=entity.max_pages), paging, None):
        date = date or page.answer.date
        for record in page.records:
            value = find_path(record, parents.id_path)
            if value is None or isinstance(value, dict | list):
                raise UnexpectedResponseError(f"{parents.path}: a record has no '{parents.id_path}'")
            found[str(value)] = None
    return ListedParents(list(found), date)
