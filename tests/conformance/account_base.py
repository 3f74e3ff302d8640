"""What every account of the suite can do, with defaults that most CRMs keep.

An account is one fake source that a test may change as it likes. A CRM writes what only it knows
(`list_records`, `change`, `add`, `remove`, `clear` and, where they mean something there, `stamp`,
`mark_gone`, `restore`, `check_envelope`); the checks ask for nothing else. Accounts over REST start from
`account_rest.RestAccount`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sources.base import Source
from tests.conformance.expected import ExpectedTable, Key, build_expected

ODD_TEXTS = [
    "quote ' double \" backslash \\ tab \t newline \n return \r end \\.",
    "\N{FIRE}\N{HOUSE BUILDING} \u4e2d\u6587 e\u0301 \u202e right-to-left",
    "NUL \0 inside",
    "\\N",
    "null",
    "{not: json}",
    "lone \ud800 surrogate",
]


class BaseAccount:
    """One account of one CRM.

    Args:
        source: the CRM's configuration.
        facts: what another process needs to read the same account, as JSON. `opener` names the function that
            builds the source from them, `module:function`, called with (source, entity, facts, connect) and
            `stop=`.
    """

    def __init__(self, source: SourceConfig, facts: dict[str, Any]) -> None:
        self.source = source
        self.facts = {"crm_source": source.crm_source, **facts}
        self.disturbed = 0
        """How often something was done while a read was under way."""
        self._next_reads: list[Callable[[], object]] = []

    # --- what a CRM has to write

    def open_source(
        self, entity: EntityConfig, connect: Callable[[], Any], *, stop: Callable[[], bool] = lambda: False
    ) -> Source:
        """Give the entity's source as the hook builds it."""
        raise NotImplementedError

    def list_records(self, entity: EntityConfig) -> Iterable[dict[str, Any]]:
        """Give every record of the entity as its read answers it, straight from the fake's data.

        Records that the source shows as deleted are among them; what it hides is not.
        """
        raise NotImplementedError

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        """Change up to `count` live records in place, moving their modified time to now; gives their keys.

        One mapped column of each must differ afterwards, each time that it is called. Where the source has no
        modified time and deltas read a trailing window, the records are ones inside of it.
        """
        raise NotImplementedError

    def add(self, entity: EntityConfig) -> Key:
        """Add one record, created now."""
        raise NotImplementedError

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        """Make up to `count` live records, never all, vanish without a trace; gives their keys."""
        raise NotImplementedError

    def clear(self, entity: EntityConfig) -> None:
        """Make all records of the entity vanish without a trace."""
        raise NotImplementedError

    def count_calls(self) -> int:
        """Count what was asked of the account so far: requests, statements, files opened."""
        raise NotImplementedError

    # --- what some CRMs have to write

    def stamp(self, entity: EntityConfig, at: datetime, keys: Iterable[Key] | None = None) -> None:
        """Give records (None: all) this modified time at the source, and change nothing else.

        Needed where deltas ask by modified time.
        """
        raise NotImplementedError

    def stamp_one(self, entity: EntityConfig, at: datetime, key: Key) -> Key:
        """Give one record this modified time; gives its key, another one where the time is a part of it."""
        self.stamp(entity, at, [key])
        return key

    def watch(self, entity: EntityConfig) -> None:
        """Note from now on what is asked of the source, for `check_bound`."""
        raise NotImplementedError

    def check_bound(self, entity: EntityConfig, since: datetime, until: datetime) -> None:
        """Fail unless everything that was asked since `watch` was bound to the window.

        Needed where deltas ask for less than everything.
        """
        raise NotImplementedError

    def mark_gone(self, entity: EntityConfig, count: int) -> list[Key]:
        """Have the source itself say that some live records are gone (archived, cancelled); gives their keys.

        Needed where the entity's YAML has `deleted`.
        """
        raise NotImplementedError

    def restore(self, entity: EntityConfig, keys: Iterable[Key]) -> None:
        """Take `mark_gone` back. Needed where the entity's YAML has `deleted`."""
        raise NotImplementedError

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        """Fail when a record, as staged, is not of the shape that the vendor page shows."""

    def break_connection(self, entity: EntityConfig, *, times: int | None) -> None:
        """Cut the connection on which the entity is read, after its first page; None: each time.

        Each cut is counted in `disturbed`. Needed for databases.
        """
        raise NotImplementedError

    def mend_connection(self) -> None:
        """Take `break_connection` back. Needed for databases."""
        raise NotImplementedError

    def list_known_paths(self, entity: EntityConfig) -> set[str]:
        """Give paths that the source knows although no record of the fake carries one."""
        return set()

    def find_labelled(self, _entity: EntityConfig) -> dict[str, str]:
        """Give by column the path that its label leads to. Needed for columns by label."""
        return {}

    # --- what most CRMs keep

    is_typed = False
    """The source has columns with types of its own, which take no value of another type."""
    has_header = False
    """The source names its columns: one that is gone is said, and keeps the values it has."""

    def new_path(self, _entity: EntityConfig) -> str:
        """Give a source path that no record has."""
        return "conformance_new"

    def list_odd_texts(self) -> list[str]:
        """Give texts that break naive pipelines and that this source can hold."""
        return ODD_TEXTS

    def expected(self, entity: EntityConfig) -> ExpectedTable:
        """Work out what the entity's table must hold now."""
        return build_expected(entity, self.list_records(entity))

    def ask_often(self) -> None:
        """Let a read of any size take some ten requests, where the usual account's takes fewer."""

    def count_reads(self, entity: EntityConfig) -> int:
        """Count what was asked so far for records of the entity, clocks and the like left out."""
        return self.count_calls()

    def during_read(self, entity: EntityConfig, do: Callable[[], object]) -> None:
        """Call `do` once while the next read is under way: after its first page, before its second."""
        self._next_reads.append(self.counted(do))

    def counted(self, do: Callable[[], object]) -> Callable[[], None]:
        """Count a call in `disturbed`."""

        def do_and_count() -> None:
            self.disturbed += 1
            do()

        return do_and_count

    def change_during_read(self, entity: EntityConfig) -> None:
        """Change records while the next read of the entity is under way."""
        self.during_read(entity, lambda: self.change(entity, 3))

    def plant(self, entity: EntityConfig, values: Mapping[str, Any]) -> Key:
        """Have one live record carry these values at these source paths from now on; gives its key.

        It is the same record each time. A path may be new, a value of a type that the path never had. The
        modified time need not move: the checks read whole afterwards.
        """
        raise NotImplementedError

    def drop_path(self, entity: EntityConfig, path: str) -> None:
        """Let the source stop sending this path for all records of the entity."""
        raise NotImplementedError

    def set_clock(self, offset_s: float) -> None:
        """Let the source's clock run ahead of the worker's, or behind it."""
        raise NotImplementedError

    def pass_time(self, seconds: float) -> None:
        """Let the source's clock go on."""
        raise NotImplementedError

    def list_secrets(self) -> list[str]:
        """Give the texts of the connection that must be nowhere."""
        return [str(self.facts[name]) for name in ("token", "login", "password") if self.facts.get(name)]

    def with_hooks(self, source: Source) -> Source:
        """Let a source call what `during_read` left for the next read, between its first two pages."""
        waiting, self._next_reads = self._next_reads, []
        if not waiting:
            return source
        read_pages = source.read_pages

        def read(request: Any, cursors: Any) -> Iterator[Any]:
            number = 0
            for number, page in enumerate(read_pages(request, cursors), start=1):
                if number == 2:
                    for do in waiting:
                        do()
                yield page
            if number == 1:
                for do in waiting:
                    do()

        source.read_pages = read  # type: ignore[method-assign, assignment]
        return source
