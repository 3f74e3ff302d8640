"""How records with rising numeric ids are read: a list, a search for changes, batches; code: sources/ids."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.base import Model, wrong_key
from crm_sync.config.discovery import DiscoverWords
from crm_sync.config.reads import ReadStrategy
from crm_sync.config.slots import FIELDS, MOMENTS, PAGE_SLOTS, find_slots
from crm_sync.constants import SourceKind

ID_SLOTS = frozenset({*MOMENTS, *PAGE_SLOTS, FIELDS, "before", "order", "inputs", "api_version"})
"""Slots that have a meaning of their own here."""


class IdCall(Model):
    """One kind of request; one with a body is a POST that only reads, and may be sent again."""

    path: str
    """Below the connection's host."""
    params: dict[str, str] = Field(default_factory=dict)
    """Query parameters; one whose slot has no value is left out."""
    body: dict[str, Any] = Field(default_factory=dict)
    """JSON; what has a slot without a value is left out, and what stands under the key `[?]` as a whole."""
    records_path: str = "results"
    """Where the records are."""
    rate_class: str = "default"
    """Which of `rest.rate_limits` counts it."""


class IdList(IdCall):
    """All records, lowest id first; the slot `{after}` is the token of the page, which is an id, too.

    Where the source takes an id of our own for a token, which is tried out once in each read, several ranges
    of ids are read side by side.
    """

    next_path: str
    """Where an answer has the token of the next page."""


class IdSearch(IdCall):
    """The live records that changed, in pages that begin after an id.

    Slots: `{since}`, `{until}` (only where the read was given an end), `{after}` (the id after which the
    page begins), `{before}` (the id that it ends before), `{order}`, `{fields}`, `{limit}`.
    """

    total_path: str = "total"
    """Where an answer has the number of all matches."""
    id_field: str
    """Name of the id among the fields."""
    orders: tuple[str, str] = ("ASCENDING", "DESCENDING")
    """Values of `{order}` for the lowest id first and for the highest id first."""
    page_size: int = Field(default=200, gt=0)
    """Records asked for in one search."""
    names_bytes: int = Field(default=0, ge=0)
    """Where a search with a longer list of names is refused (400), searches give ids alone, and `batch` reads
    the records. 0: an answer 400 is an error."""


class BatchErrors(Model):
    """Faults that a good answer to a batch lists, one for each id that it lacks."""

    path: str = "errors"
    """Where they are."""
    code_path: str = "category"
    """Where one has its code."""
    text_path: str = "message"
    """Where one has its text."""
    gone: tuple[str, ...]
    """Codes which mean that a record no longer exists; any other code fails the read."""


class IdBatch(IdCall):
    """Records by id; the slot `{inputs}` is the list of them."""

    input: dict[str, str]
    """One item of it, with the slot `{id}`."""
    most: int = Field(default=100, gt=0)
    """Ids in one request."""
    names_bytes: int = Field(default=12_000, gt=0)
    """Longest list of names that goes into a list's request; with more, the list gives the ids only, and
    batches read the records."""
    errors: BatchErrors | None = None
    """Faults that a good answer lists; None: it lists none, and records that it lacks are gone."""


class ArchivedWords(Model):
    """A second pass over the list, for records that the search never shows."""

    params: dict[str, str]
    """Query parameters instead of those of the live pass, in lists and batches."""
    at_path: str
    """Time of archiving: a delta keeps records archived since its lower bound, and those without a time."""


class RestIdsRead(ReadStrategy, kind=SourceKind.REST, door="ids"):
    """Records with rising ids: the list for full reads, the search for deltas, archived ones for both."""

    strategy: Literal["rest_ids"]
    slots: dict[str, str] = Field(default_factory=dict)
    """Further slots by name, such as the name of the object."""
    id_path: str = "id"
    """Where a record has its id, a whole number that may be a text."""
    discover: DiscoverWords
    """Where the account says which fields there are."""
    listing: IdList
    """The list."""
    search: IdSearch
    """The search."""
    batch: IdBatch
    """Records by id."""
    archived: ArchivedWords | None = None
    """How archived records are read; None: they are not read."""
    parallel: int = Field(default=16, ge=1, le=64)
    """Most id ranges that are read at the same time."""

    @property
    def calls(self) -> dict[str, IdCall]:
        """Give all kinds of requests by key."""
        return {"listing": self.listing, "search": self.search, "batch": self.batch}

    @model_validator(mode="after")
    def _check_slots(self) -> Self:
        if not self.discover.each_read:
            raise wrong_key("read.discover.each_read", "true, since requests name the fields", "false")
        if own := sorted(ID_SLOTS.intersection(self.slots)):
            raise wrong_key("read.slots", "names that have no meaning of their own", own[0])
        used = {
            key: {slot.name for _, slot in find_slots([one.params, one.body])}
            for key, one in self.calls.items()
        }
        needed = {
            "listing": {"after", "limit"},
            "search": {"after", "limit", "since", "order"},
            "batch": {"inputs"},
        }
        for key, names in needed.items():
            if lacking := sorted(names - used[key]):
                raise wrong_key(f"read.{key}", f"the slot {{{lacking[0]}}}", "none")
        return self
