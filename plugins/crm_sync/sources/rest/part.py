"""One walk through one list: the common parts of its requests, and the form of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crm_sync.config.answers import AnswerWords
from crm_sync.config.rest_reads import RestPass
from crm_sync.rest.cell_times import CellFormat
from crm_sync.sources.rest.date_windows import DayRange
from crm_sync.sources.rest.option_labels import Options
from crm_sync.sources.rest.slots import SlotValues

NO_PARENT = ""


@dataclass(frozen=True)
class Part:
    """One walk through one list."""

    key: str
    """Cursor key."""
    walk: str
    """Pass and parent, whatever the window: what later runs remember as read."""
    one: RestPass
    path: str
    parent: str = NO_PARENT
    params: Mapping[str, str] = field(default_factory=dict)
    """What the read's own words add to those of the pass."""
    headers: Mapping[str, str] = field(default_factory=dict)
    slots: SlotValues = field(default_factory=SlotValues)
    """What fills the slots of the pass, save those that a page fills."""
    answer: AnswerWords = field(default_factory=AnswerWords)
    """What its answers are."""
    keys: tuple[tuple[str, ...], ...] = ()
    """For each column of the key, the names of which a header row has to have one."""
    behind: str | None = None
    """Id after which its first page begins."""
    no_news: frozenset[int] = frozenset()
    """Statuses that say that nothing changed."""
    off: frozenset[int] = frozenset()
    """Statuses that say that the account lacks the feature."""
    since: datetime | None = None
    """Lower bound of this part; None: it is read from the start."""
    window: DayRange | None = None
    """The days it asks for."""
    types: Mapping[str, str] = field(default_factory=dict)
    """By field, the type that the account gives it."""
    formats: Mapping[str, CellFormat] = field(default_factory=dict)
    """By field, how the account writes its dates and times."""
    options: Options = field(default_factory=dict)
    """What the fields of columns with `options` may be."""
    additions: Mapping[str, str] = field(default_factory=dict)
    """Values that each record gets in addition to its own keys."""

    @property
    def record_paths(self) -> tuple[str, ...]:
        """Give all places of an answer where the records may be."""
        return ("",) if self.answer.format == "csv" else self.one.record_paths

    @property
    def accepts(self) -> frozenset[int]:
        """Give the statuses beyond success that answer its first page."""
        return self.no_news | self.off
