"""Lists of parents, for each of which other lists are read; code: sources/rest/parents.py."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from crm_sync.config.base import Model, wrong_key
from crm_sync.config.paging import Paging


class ParentList(Model):
    """The list of parents for which every pass is read: accounts, workspaces, boards."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Placeholder in the passes' paths; each record gets the value under this name with `_` before it."""
    path: str = ""
    """Path of the list, below the connection's host; empty: `pinned_by` names all parents."""
    records_path: str = "results"
    """Where the parents are in an answer."""
    id_path: str = "id"
    """Where a parent has the value that requests for its lists contain."""
    params: dict[str, str] = Field(default_factory=dict)
    """Query parameters of the request for the parents."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers of it, beside those of `rest.headers`."""
    of: ParentList | None = None
    """The list of parents for each of which this list is read; its name is a slot of path and parameters."""
    paging: Paging | None = None
    """Page style of this list; none: the read's."""
    paged: bool = True
    """False: one answer has all parents, and no page is requested."""
    pinned_by: str = ""
    """Connection extra that names one parent, or several with commas; then the parents are not listed."""

    @property
    def chain(self) -> tuple[ParentList, ...]:
        """Give the list and those that it is nested in, the innermost first."""
        return (self, *(self.of.chain if self.of else ()))

    @model_validator(mode="after")
    def _check_lists(self) -> Self:
        if not self.path and not self.pinned_by:
            raise wrong_key("read.parents.path", "a path, or the extra that names the parents", "neither")
        names = [one.name for one in self.chain]
        if len(set(names)) < len(names):
            raise wrong_key("read.parents.of.name", "a name of its own", self.name)
        return self
