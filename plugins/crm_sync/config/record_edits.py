"""What a read changes in the form of records before they are staged; code: sources/rest/record_edits.py."""

from __future__ import annotations

from crm_sync.config.base import Model


class PickWords(Model):
    """A value of one object in a list: of the first whose flag is true, else of the first."""

    path: str
    """Where a record has the list."""
    value: str
    """Key of the value in one of its objects."""
    flag: str = ""
    """Key of a boolean that is true in the wanted object; empty: the first object is wanted."""
