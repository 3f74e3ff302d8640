"""Open rejects page by page: by rule and field, each page in the order of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.insight.rejects import Reject
from crm_sync.insight.runs import find_run
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql

MOST_OF_GROUP = 1001
"""More rejects of a group than this are not counted, where one entity is asked about."""
_MOST_OF_ANY = 101
"""The same where all entities are."""
MOST_GROUPS = 500
"""More groups than this are not listed."""


@dataclass(frozen=True)
class Wanted:
    """Which open rejects are asked for; None: any.

    Args:
        entities: those that may be shown.
        rule: name of a rule.
        field: column at fault; empty for the record as a whole.
        run: number of the run that saw them last.
    """

    entities: Sequence[EntityConfig]
    rule: str | None = None
    field: str | None = None
    run: int | None = None


@dataclass(frozen=True)
class RejectGroup:
    """Open rejects of one entity, rule and field; `more`: there are more than `count`."""

    crm_source: str
    sync_type: str
    rule: str
    field: str
    count: int
    more: bool

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Give what is the same in all of them."""
        return self.crm_source, self.sync_type, self.rule, self.field


@dataclass(frozen=True)
class StoredRecord:
    """A rejected record: decoded JSON, masked; None: it was not kept."""

    crm_source: str
    sync_type: str
    rule: str
    field: str
    record: Any
    record_altered: bool


def list_groups(connect: Connect, wanted: Wanted) -> list[RejectGroup]:
    """Count open rejects by entity, rule and field, each count up to a bound; at most `MOST_GROUPS` of them.

    Returns:
        By entity, rule and field.
    """
    entities = _narrow(connect, wanted)
    most = MOST_OF_GROUP if len(entities) == 1 else _MOST_OF_ANY
    asked = {
        "crm_sources": [entity.crm_source for entity in entities],
        "sync_types": [entity.sync_type for entity in entities],
        "rule": wanted.rule,
        "field": wanted.field,
        "run": wanted.run,
        "most": most,
        "most_groups": MOST_GROUPS,
    }
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_reject_groups"), asked)
        rows = cursor.fetchall()
    groups = [
        RejectGroup(crm_source, sync_type, rule, field, min(count, most - 1), more=count >= most)
        for crm_source, sync_type, rule, field, count in rows
    ]
    # not in the order of the database, which has its own for letters
    return sorted(groups, key=lambda group: group.key)


def list_page(
    connect: Connect, wanted: Wanted, groups: Sequence[RejectGroup], *, most: int, after: int | None = None
) -> list[Reject]:
    """Give some rejects, by group and number.

    Args:
        connect: makes a warehouse connection.
        wanted: what the groups were asked for.
        groups: from `list_groups`, in its order.
        most: how many.
        after: number of the last one of the page before; None: the first page.
    """
    last = None if after is None else read_record(connect, after)
    if after is not None and last is None:
        return []
    behind = () if last is None else (last.crm_source, last.sync_type, last.rule, last.field)
    left = [group for group in groups if not behind or group.key >= behind]
    asked = _take(left, most, has_begun=bool(behind))
    parameters = {
        "crm_sources": [group.crm_source for group in asked],
        "sync_types": [group.sync_type for group in asked],
        "rules": [group.rule for group in asked],
        "fields": [group.field for group in asked],
        "behind": [after if group.key == behind else 0 for group in asked],
        "run": wanted.run,
        "most": most,
    }
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_rejects_of_groups"), parameters)
        return [Reject(*row) for row in cursor.fetchall()]


def read_record(connect: Connect, number: int) -> StoredRecord | None:
    """Give the record of a reject, open or resolved; None: there is no such reject."""
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_reject"), {"id": number})
        row = cursor.fetchone()
    return None if row is None else StoredRecord(*row)


def count_of_run(connect: Connect, run: int) -> tuple[int, bool]:
    """Count the open rejects that a run saw last; True: there are more."""
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/count_rejects_of_run"), {"id": run, "most": MOST_OF_GROUP})
        (count,) = cursor.fetchone() or (0,)
    return min(count, MOST_OF_GROUP - 1), count >= MOST_OF_GROUP


def _narrow(connect: Connect, wanted: Wanted) -> list[EntityConfig]:
    """Leave out the entities that can't have such a reject: a run is of one entity."""
    entities = sorted(wanted.entities, key=lambda entity: (entity.crm_source, entity.sync_type))
    if wanted.run is None:
        return entities
    run = find_run(connect, wanted.run)
    key = None if run is None else (run.crm_source, run.sync_type)
    return [entity for entity in entities if (entity.crm_source, entity.sync_type) == key]


def _take(groups: Sequence[RejectGroup], most: int, *, has_begun: bool) -> list[RejectGroup]:
    """Give the first groups that together have enough; of one that has begun, nobody knows what is left."""
    taken: list[RejectGroup] = []
    count = 0
    for place, group in enumerate(groups):
        if count >= most:
            break
        taken.append(group)
        count += 0 if has_begun and place == 0 else group.count
    return taken
