"""Columns that go stale because the source changes them without a new modified time."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from crm_sync.config.base import Identifier, Model
from crm_sync.config.durations import Seconds
from crm_sync.config.reads import ReadStrategy
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.slots import FIELDS


class RefreshConfig(Model):
    """A narrow read of all records after a delta: it saves only these columns, and touches no others."""

    columns: tuple[Identifier, ...] = Field(min_length=1)
    """The columns; a record that the table lacks is left to the delta that brings it whole."""
    every: Annotated[Seconds, Field(gt=0)]
    """How often they are read; a full read counts as a refresh."""


def find_misfit(read: ReadStrategy) -> str | None:
    """Say what a read would have to be for a refresh beside it; None: it is that."""
    if isinstance(read, RestIdsRead):
        return None
    if not isinstance(read, RestListRead) or not read.filters_by_change:
        return "strategy rest_list with the slot {since}, since a whole read brings all columns anyway"
    if not all(one.names(FIELDS) for one in read.passes):
        return "the slot {fields} in each pass, to ask for some of them"
    if read.keep or read.only:
        return "neither keep nor only in read, which look at fields that a refresh does not ask for"
    return None
