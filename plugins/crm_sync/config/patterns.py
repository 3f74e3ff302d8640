"""Regular expressions as values of YAML."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator


def _check_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        msg = f"a regular expression ({error})"
        raise ValueError(msg) from None
    return pattern


Pattern = Annotated[str, AfterValidator(_check_pattern)]
"""A regular expression; whether it has to fit a whole text, the word that has it says."""
