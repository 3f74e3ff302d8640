"""How an entity is read over paged REST lists: pages, parents, windows and filters; code: sources/rest."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.answers import AnswerWords
from crm_sync.config.base import Identifier, Model, wrong_key
from crm_sync.config.discovery import DiscoverWords
from crm_sync.config.exchange import Cost, Exchange, list_classes
from crm_sync.config.job_files import EDITS
from crm_sync.config.jobs import JobWords
from crm_sync.config.paging import KeysetPaging, LinkPaging, OffsetPaging, Paging
from crm_sync.config.parent_lists import ParentList
from crm_sync.config.partition import PartitionWords
from crm_sync.config.patterns import Pattern
from crm_sync.config.reads import ReadStrategy
from crm_sync.config.record_edits import PickWords
from crm_sync.config.rest_filters import DateWindows, EventCursor, ModifiedFilter, OnlyFilter
from crm_sync.config.slots import AT, BEFORE
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.config.wrapped import WrappedFields
from crm_sync.constants import SourceKind


class FeatureOff(Model):
    """An answer which says that the account lacks a feature: neither records nor a failure."""

    status: tuple[int, ...] = Field(min_length=1)
    """HTTP statuses by which the source says it."""
    because: str = Field(min_length=1)
    """What the answer means, for log and history."""


class RestPass(Exchange):
    """One walk through a paged list."""

    name: str
    """Name of the pass in the log and in stored positions; unique in the entity."""
    path: str
    """Below the connection's host; `{api_version}`, the parents' name and connection extras are filled in."""
    records_path: str | tuple[str, ...] = "results"
    """Where the records are; of several paths the first with a list; an empty path: the answer itself. A `*`
    is each item of a list or each value of an object: `items.*.data`."""
    rate_class: str = "default"
    """Which of `rest.rate_limits` counts its requests."""
    cost: Cost = Field(default_factory=dict)
    """By further classes of `rest.rate_limits`: how much of each a request takes, such as a day's tokens."""
    paged: bool = True
    """False: one answer has all records, and no page is requested."""
    windowed: bool = True
    """Whether `windows` holds for this pass."""
    paging: Paging | None = None
    """Instead of the read's."""
    answer: AnswerWords | None = None
    """Instead of the read's."""
    feature_off: FeatureOff | None = None
    """Answers which mean that the account lacks the feature; none: such an answer is an error."""
    no_news_status: tuple[int, ...] = ()
    """Statuses which say that nothing changed; only for a request with the slot `{since}`."""

    @property
    def rate_classes(self) -> tuple[str, ...]:
        """Give the classes that a request counts in, each as often as it counts there."""
        return list_classes(self.rate_class, self.cost)

    @property
    def record_paths(self) -> tuple[str, ...]:
        """Give all places where the records may be."""
        return (self.records_path,) if isinstance(self.records_path, str) else self.records_path


class SideBySide(Model):
    """Run flags that request several numbered pages at once."""

    flag: str
    """Integer flag: how many pages."""
    fast_flag: str = ""
    """Boolean flag: `fast` pages where `flag` says nothing."""
    fast: int = Field(default=3, ge=1)
    """How many pages `fast_flag` means."""
    most: int = Field(default=16, ge=1, le=64)
    """More pages than this are never requested at once, whatever the flags say."""


class RestListRead(ReadStrategy, kind=SourceKind.REST, door="rest"):
    """Lists: one or more passes, for each parent and window; `job` and `partitioned` read large ones."""

    strategy: Literal["rest_list", "job", "partitioned"]
    """`job`: the source works out large reads in a job. `partitioned`: see `partition`."""
    passes: tuple[RestPass, ...] = Field(min_length=1)
    """The lists that are read, one after another."""
    paging: Paging
    """How the lists are cut into pages, unless a pass says otherwise."""
    answer: AnswerWords = AnswerWords()
    """What the answers of all passes, and of the parents' list, are."""
    job: JobWords | None = None
    """For strategy `job`: how a job is started, polled and read."""
    mirror: SqlTableRead | None = None
    """The same records as a table, for connections to a database: who has a copy of the source reads that by
    the same columns. Its `strategy` is `sql_table`; none: only the source itself can be read."""
    partition: PartitionWords | None = None
    """For strategy `partitioned`: how the list is divided."""
    values: dict[Identifier, str] = Field(default_factory=dict)
    """Texts that fill slots of these names, so that entities can share the words above them."""
    discover: DiscoverWords | None = None
    """Where the account says which fields there are; None: `{fields}` are the mapped ones."""
    keep: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By path, the values of the wanted records; for sources that can't be asked for these alone.

    A record that stops fitting keeps its row until the next read of everything marks it as deleted.
    """
    drop: tuple[str, ...] = ()
    """Keys of a record that are not data, such as its address: they don't go to `extra`."""
    gather: dict[str, Pattern] = Field(default_factory=dict)
    """By the name of an object, the pattern that those keys of a record fit whole which are moved into it."""
    pick: dict[Identifier, PickWords] = Field(default_factory=dict)
    """By name, a value out of a list: each record gets it under `_` and the name, for a column's `source`."""
    wrapped: WrappedFields | None = None
    """Fields whose values may stand in objects; none: an object is a value like any other."""
    end_on_repeat: bool = False
    """The source ends a list by sending records again; otherwise a page sent twice is an error."""
    side_by_side: SideBySide | None = None
    """Flags that request several pages at once; none: one page after the other."""
    parents: ParentList | None = None
    """The list of parents for which each pass is read; none: the passes have no parents."""
    modified_filter: ModifiedFilter | None = None
    """How a delta asks for changes; none: the source has no such filter."""
    windows: DateWindows | None = None
    """Spans of days that are requested one by one; none: everything is requested at once."""
    event_cursor: EventCursor | None = None
    """For a log of events that never change; none: this is not such a log."""
    changed_only: str = ""
    """Path of the modified time: deltas drop older records; for sources that can't filter by it."""
    missing_rows: Literal["keep", "mark"] = "mark"
    """`keep` if the source hides records or keeps them only for a while: then absence is not a deletion."""
    only: tuple[OnlyFilter, ...] = ()
    """Run flags that keep only some of the records."""
    page_size_extra: str = ""
    """Connection extra with a smaller page size than the run's."""
    zone_extra: str = ""
    """Connection extra, which must be there, with the time zone of times without one; empty: it is the
    entity's `source_time_zone`."""

    @property
    def reads_whole(self) -> bool:
        """Tell whether each read is of everything, because the source has no filter by time."""
        return not self.filters_by_change and self.windows is None and self.event_cursor is None

    @property
    def filters_by_change(self) -> bool:
        """Tell whether the source is asked for what changed since a moment."""
        by_slot = self.windows is None and any(one.names("since") for one in self.passes)
        return self.modified_filter is not None or by_slot

    @property
    def columns(self) -> dict[str, str]:
        """Give the columns of the target table that it speaks of, by key."""
        named = {"read.windows.column": self.windows, "read.event_cursor.column": self.event_cursor}
        return {key: one.column for key, one in named.items() if one is not None}

    @model_validator(mode="after")
    def _check_fit(self) -> Self:
        styles = [one.paging or self.paging for one in self.passes]
        if self.side_by_side and any(
            not isinstance(paging, OffsetPaging) or paging.counts != "pages" for paging in styles
        ):
            raise wrong_key("read.side_by_side", "paging of style offset that counts pages", "another one")
        names = [one.name for one in self.passes]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise wrong_key("read.passes", "a separate name for each pass", twice)
        if self.changed_only and not self.filters_by_change and self.windows is None:
            raise wrong_key("read.changed_only", "windows or modified_filter beside it", "neither")
        if self.event_cursor is not None:
            if self.filters_by_change:
                raise wrong_key("read.event_cursor", "no modified_filter beside it", "both")
            if not all(isinstance(paging, KeysetPaging) and paging.ids != "any" for paging in styles):
                raise wrong_key(
                    "read.event_cursor", "paging of style keyset, in the order of ids", "another one"
                )
            if any(paging.is_by_pairs for paging in styles):
                raise wrong_key("read.event_cursor", "paging without by_path beside it", "both")
            if not all(one.paged for one in self.passes):
                raise wrong_key("read.event_cursor", "passes with pages", "paged: false")
        return self

    @model_validator(mode="after")
    def _check_other_lists(self) -> Self:
        # only passes have slots for the two parts of a place
        parents, job = self.parents, self.job
        if parents is not None and (parents.paging or self.paging).is_by_pairs:
            raise wrong_key("read.parents.paging", "paging without by_path", "by_path")
        if job is not None and job.results.paging.is_by_pairs:
            raise wrong_key("read.job.results.paging", "paging without by_path", "by_path")
        return self

    @model_validator(mode="after")
    def _check_job(self) -> Self:
        if (self.strategy == "job") != (self.job is not None):
            raise wrong_key("read.job", "strategy: job and its words together", "one of the two")
        if self.job is not None and (self.event_cursor is not None or self.end_on_repeat):
            raise wrong_key("read.job", "neither event_cursor nor end_on_repeat beside it", "one of them")
        editing = [name for name in EDITS if getattr(self, name)]
        if self.job is not None and self.job.file is not None and editing:
            raise wrong_key(
                "read.job.file", f"no {editing[0]} beside it, which looks at single records", "both"
            )
        start = None if self.job is None or self.windows is not None else self.job.start
        for slot in ("since", BEFORE) if start is not None else ():
            if start is not None and any(one.names(slot) != start.names(slot) for one in self.passes):
                raise wrong_key("read.job.start", f"the slot {{{slot}}} as in the passes", "another bound")
        return self

    @model_validator(mode="after")
    def _check_partition(self) -> Self:
        words = self.partition
        if (self.strategy == "partitioned") != (words is not None):
            raise wrong_key("read.partition", "strategy: partitioned and its words", "one of the two")
        if words is not None and (not self.reads_whole or self.end_on_repeat):
            expected = "no filter by time, windows, event_cursor or end_on_repeat beside it"
            raise wrong_key("read.partition", expected, "one of them")
        for at, one in enumerate(self.passes):
            if words is not None:
                words.check_pass(f"read.passes.{at}", one, is_unfit=one.paged or one.feature_off is not None)
        return self

    @model_validator(mode="after")
    def _check_requests(self) -> Self:
        for at, one in enumerate(self.passes):
            if (misfit := one.find_misfit()) is not None:
                key, expected, got = misfit
                raise wrong_key(f"read.passes.{at}.{key}", expected, got)
            is_csv = (one.answer or self.answer).format == "csv"
            if is_csv and one.records_path not in ("", "results"):
                key = f"read.passes.{at}.records_path"
                raise wrong_key(key, "no path, since a CSV is its records", str(one.records_path))
            words = one.answer or self.answer
            has_each = any("*" in path.split(".") for path in one.record_paths)
            if has_each and (words.format != "json" or words.rows is not None or words.null_list):
                key, expected = f"read.passes.{at}.records_path", "no * beside csv, xml, rows or null_list"
                raise wrong_key(key, expected, str(one.records_path))
            if one.paged:
                self._check_position(f"read.passes.{at}", one)
        windows = self.windows
        if windows is None:
            return self
        for at, one in enumerate(self.passes):
            by_slots = one.names("since") and one.names("until")
            if one.windowed and not by_slots and not (windows.from_param and windows.to_param):
                expected = "the slots {since} and {until}, or from_param and to_param in read.windows"
                raise wrong_key(f"read.passes.{at}.params", expected, "neither")
        return self

    def _check_position(self, key: str, one: RestPass) -> None:
        paging, by_slot = one.paging or self.paging, one.names("after")
        if one.names(AT) != paging.is_by_pairs or (paging.is_by_pairs and not by_slot):
            expected = "the slots {at} and {after} where, and only where, read.paging has by_path"
            raise wrong_key(f"{key}.params", expected, "one without the others")
        if isinstance(paging, LinkPaging):
            if by_slot:
                raise wrong_key(f"{key}.params", "no slot {after} beside paging of style link", "both")
        elif not by_slot and not paging.param:
            raise wrong_key(f"{key}.params", "the slot {after}, or param in read.paging", "neither")
