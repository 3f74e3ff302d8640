"""How links between records are read: batches of parents, whole per parent; code: sources/links."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from crm_sync.config.base import Model
from crm_sync.config.reads import ReadStrategy
from crm_sync.constants import SourceKind


class LinkPair(Model):
    """One direction of links between two types of records, by the names that their entities have here."""

    from_type: str
    """Type of the records whose links are read."""
    to_type: str
    """Type of the records to which they lead."""


class NoLinks(Model):
    """How an answer says that a parent has no links, because silence is not an answer."""

    path: str
    """Where an answer lists them; any other entry there is a fault."""
    code_path: str
    """Where an entry has its code."""
    code: str
    """The code for a parent without links."""
    fault_path: str
    """Where any other entry describes its fault, for the log."""
    ids_path: str
    """Where an entry lists the parents."""


class RestLinksRead(ReadStrategy, kind=SourceKind.REST, door="links"):
    """Links, read for the parents that are already known; the POST only reads, and may be sent again."""

    strategy: Literal["rest_links"]
    pairs: tuple[LinkPair, ...] = Field(min_length=1)
    """The directions that are read."""
    path: str
    """Below the connection's host; `{from_type}` and `{to_type}` are slots."""
    body: dict[str, Any]
    """JSON; the slot `{inputs}` is the list of parents."""
    input: dict[str, str]
    """One item of it, with the slots `{id}` and `{after}`, which is left out on a parent's first page."""
    batch_inputs: int = Field(default=1000, gt=0, le=1000)
    """Parents in one request."""
    rate_classes: tuple[str, ...] = ("default",)
    """Which of `rest.rate_limits` count a request; the answer's headers speak of the first."""
    records_path: str = "results"
    """Where an answer has its results, one for each parent with links."""
    parent_path: str
    """Where a result has the parent's id."""
    next_path: str
    """Where a result has the token of the parent's next page."""
    links_paths: tuple[str, ...] = Field(min_length=1)
    """Keys of lists, one in the items of the other: where a result has its links."""
    target: str
    """Key of the id that a link leads to."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Further columns by the key that fills them, in a link or in an item around it."""
    optional: dict[str, str] = Field(default_factory=dict)
    """The same, null where a link lacks it."""
    none: NoLinks
    """How an answer says that a parent has no links."""
    parallel: int = Field(default=8, ge=1, le=64)
    """Most requests that are sent at the same time."""
