"""Words of the toy."""

from __future__ import annotations

from typing import Literal

from crm_sync.config.reads import ReadStrategy
from crm_sync.constants import SourceKind


class ToyRead(ReadStrategy, kind=SourceKind.FILES, door="toy"):
    """Numbers from 1 on."""

    strategy: Literal["toy"]
    numbers: int
    """How many."""
