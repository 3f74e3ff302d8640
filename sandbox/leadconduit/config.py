"""Every knob of the LeadConduit fake in one place; the ones named INFERRED say what nobody has shown yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sandbox.frame.config import FakeConfig

DEFAULT_KEY = "lc-0000000000000000000000000000000001"  # made up, opens nothing
MOST_LIMIT, USUAL_LIMIT = 1000, 100
EVENTS_OF_A_LEAD = 10
"""On average, so that `records` means events."""
SHARE_BY_KIND = {"leads": 1 / EVENTS_OF_A_LEAD}


@dataclass(frozen=True)
class LeadConduitConfig(FakeConfig):
    """Settings of one fake account; `counts` says how many leads there are."""

    shares = SHARE_BY_KIND
    data_settings = ("history_s", "steps", "typed", "odd_numbers", "long_text", "hosts")

    anchor: datetime | None = None
    """The data has to be young: what is older than the retention is never shown."""
    history_s: int = 100 * 86_400
    """Age of the oldest lead at the anchor."""
    newest_s: int = 120
    """The newest lead lies this long before the anchor."""
    steps: tuple[int, int] = (3, 15)
    """Least and most other events of a lead: filters, recipients, feedback, retries."""
    typed: Literal["mixed", "objects", "plain"] = "mixed"
    """Whether lead fields are objects with readings, plain values, or some of each (INFERRED)."""
    odd_numbers: bool = True
    """Among the awkward values: numbers that no float and no 64-bit integer holds."""
    long_text: int = 1_000_000
    """Characters of the longest comment."""
    hosts: int = 3
    """Hosts that make ids: within one second, theirs are not in the order of writing."""

    retention_days: int = 90
    """Older events are gone; accounts may have it changed."""
    late_s: float = 0.0
    """Events created while the fake runs become visible this much later."""

    api_key: str = DEFAULT_KEY
    more_keys: tuple[str, ...] = ("sandbox-token",)
    free_keys: frozenset[str] = frozenset()
    """Keys of free accounts: 401 on events, with the right key, too."""
    restricted_keys: frozenset[str] = frozenset()
    """Keys that may not read events: 403 (INFERRED)."""
    reset_keys: frozenset[str] = frozenset()
    """Keys that were reset and whose user has not signed in since: 401."""
    needs_accept: bool = True
    """Without `Accept: application/json`, flows and unknown paths answer with a web page."""

    requests_per_minute: int = 6000
    """Nobody has published a figure (INFERRED)."""
    retry_after: Literal["seconds", "date", "none"] = "none"
