"""Every knob of the CallRail fake in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.frame.config import FakeConfig

DEFAULT_KEY = "0123456789abcdef0123456789abcdef"  # made up, opens nothing
SHARE_BY_KIND = {
    "calls": 0.7,
    "form_submissions": 0.15,
    "text_messages": 0.1,
    "trackers": 0.02,
    "companies": 0.01,
    "tags": 0.01,
    "users": 0.01,
}
RETENTION_MONTHS = 25
DEFAULT_DAYS = 7
"""Days that an answer covers when no date parameter was sent, today included."""
MOST_PER_PAGE, USUAL_PER_PAGE = 250, 100


@dataclass(frozen=True)
class CallRailConfig(FakeConfig):
    """Settings of one fake; each of its accounts has a company and a tracker, whatever `counts` says."""

    shares = SHARE_BY_KIND
    data_settings = ("accounts", "history_days", "plain_texts", "forms_off")

    accounts: int = 2
    """Accounts that the key sees; three of four records belong to the first."""
    anchor: datetime | None = None
    """The data has to be young: what is older than the retention is never shown."""
    history_days: int = 700
    """Age of the oldest event at the anchor."""
    plain_texts: bool = True
    """Among the awkward values: trackers with a text where others have an object or list."""
    forms_off: tuple[int, ...] = ()
    """Accounts (0 is the first) of which no company has Form Tracking on: their form list answers 403."""

    requests_per_hour: int = 1_000
    requests_per_day: int = 10_000
    retry_after: bool = False
    """Whether a 429 says when to come again; CallRail documents no such header."""

    late_s: float = 0.0
    """Events created while the fake runs are listed this long after they happened."""

    api_key: str = DEFAULT_KEY
    more_keys: tuple[str, ...] = ("sandbox-token",)
    restricted_keys: Mapping[str, int] | None = None
    """Keys of restricted users: key to how many companies of each account it sees."""
    owner_time_zone: str = "America/New_York"
    """Zone of the key's owner: decides what a day is when a request names no `time_zone`."""

    total_pages_on: frozenset[str] = frozenset(
        {"accounts", "companies", "calls", "form_submissions", "text_messages"}
    )
    """Lists whose envelope has `total_pages`."""
    zero_total_pages: bool = False
    """`total_pages` is 0 whatever the list holds, as has been seen."""
    retention_status: int = 400
    """Status of the answer to a window that reaches past the retention; not documented."""
    unauthorized_as_text: bool = True
    """A 401 is plain text and no JSON; not documented."""
    last_next_page: str | None = "null"
    """Last relative page: `next_page` is null; None leaves both keys out, "absent" the address alone."""
    relative_counts: bool = False
    """Whether relative pages have the envelope's other keys, too; not documented."""
    next_page_keeps: str = "all"
    """What `next_page` repeats of the request: "all", "paging" (its own parameters), "offset" alone."""
    offers_relative: bool = True
    """False: `relative_pagination` is an unknown parameter, as it is on all lists but calls."""
    link_host: str | None = None
    """Base of `next_page` and `Link`, e.g. of another host; None: the host that was asked."""

    def count_of(self, kind: str) -> int:
        """Records of a kind to generate, over all accounts; each has at least a company and a tracker."""
        accounts = (self.counts or {}).get("accounts", self.accounts)
        if kind == "accounts":
            return accounts
        least = accounts if kind in ("companies", "trackers") else 0
        return max(super().count_of(kind), least)
