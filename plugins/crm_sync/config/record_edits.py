"""What a read changes in the form of records before they are staged; code: sources/rest/record_edits.py."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from crm_sync.config.base import Model


def _check_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        msg = f"a regular expression ({error})"
        raise ValueError(msg) from None
    return pattern


WholePattern = Annotated[str, AfterValidator(_check_pattern)]
"""A regular expression that has to fit a whole text."""


class PickWords(Model):
    """A value of one object in a list: of the first whose flag is true, else of the first."""

    path: str
    """Where a record has the list."""
    value: str
    """Key of the value in one of its objects."""
    flag: str = ""
    """Key of a boolean that is true in the wanted object; empty: the first object is wanted."""
