"""Which open rejects a replay takes, and what else of their records goes with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from crm_sync.config.run_options import RunOptions
from crm_sync.fields.findings import BuiltInRule
from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.sql_files import load_sql


@dataclass(frozen=True)
class ReplayPart:
    """A choice of open rejects; without any word it is all of them.

    Args:
        rule: only rejects of this rule; None: of any.
        ids: only rejects with these ids; empty: with any.
    """

    rule: str | None = None
    ids: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is left out."""
        return self.rule is not None or bool(self.ids)

    @classmethod
    def of(cls, options: RunOptions) -> ReplayPart:
        """Give the choice of a run's flags."""
        return cls(options.replay_rule, options.replay_ids)

    @classmethod
    def from_json(cls, values: Mapping[str, Any] | None) -> ReplayPart:
        """Read it back from a manifest; None: a run of an earlier version, which knew no choice."""
        return cls() if values is None else cls(values["rule"], tuple(values["ids"]))

    def to_json(self) -> dict[str, Any]:
        """Give it as a manifest keeps it."""
        return {"rule": self.rule, "ids": list(self.ids)}

    def takes(self, reject_id: int, rule: str) -> bool:
        """Tell whether a reject is chosen."""
        return self.rule in (None, rule) and (not self.ids or reject_id in self.ids)

    def find_replayed(self, rejects: Iterable[tuple[int, str, str]]) -> set[int]:
        """Give the ids of all rejects whose record is replayed.

        A record is replayed whole, so its other rejects are judged with the chosen one. A collision is
        another record with the same id, and goes with itself alone.

        Args:
            rejects: id, record id and rule of all open rejects of some records.
        """
        found = list(rejects)
        if not self:
            return {reject_id for reject_id, _, _ in found}
        records = {_name(record_id, rule) for id_, record_id, rule in found if self.takes(id_, rule)}
        return {id_ for id_, record_id, rule in found if _name(record_id, rule) in records}


class PartCount(NamedTuple):
    """How much of an entity's open rejects a choice takes; `ids`: those of the asked ones that are open."""

    open: int
    chosen: int
    ids: list[int]


def count_part(connect: Connect, crm_source: str, sync_type: str, part: ReplayPart) -> PartCount:
    """Count the open rejects of an entity and the chosen ones among them.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    asked = {"crm_source": crm_source, "sync_type": sync_type, "rule": part.rule, "ids": list(part.ids)}
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(load_sql("queries/select_replay_part"), asked)
            (row,) = cursor.fetchall()
    except NO_SCHEMA:
        return PartCount(0, 0, [])
    return PartCount(*row)


def _name(record_id: str, rule: str) -> tuple[str, bool]:
    return record_id, rule == BuiltInRule.COLLISION
