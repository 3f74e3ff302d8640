"""Every knob of the HubSpot fake in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

DEFAULT_ANCHOR = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
DEFAULT_TOKEN = "pat-na1-00000000-0000-4000-8000-000000000001"  # noqa: S105  # made up, opens nothing
SHARE_BY_TYPE = {
    "contacts": 0.4,
    "companies": 0.15,
    "deals": 0.15,
    "tickets": 0.075,
    "products": 0.01,
    "line_items": 0.125,
    "calls": 0.09,
}
MINOR_TYPES = ("emails", "meetings", "notes", "tasks", "communications", "2-1234567")
MINOR_COUNT = 12
BURST_LIMIT = {"starter": 100, "professional": 190, "enterprise": 190, "increased": 250, "oauth": 110}
DAILY_LIMIT = {
    "starter": 250_000,
    "professional": 625_000,
    "enterprise": 1_000_000,
    "increased": 2_000_000,
    "oauth": 1_000_000,
}
ASSOCIATIONS_LIMIT = {"starter": 100, "professional": 150, "enterprise": 150, "increased": 150, "oauth": 110}


@dataclass(frozen=True)
class HubSpotConfig:
    """Settings of one fake account; a fake never changes them, only its clock, tokens and data move."""

    seed: int = 7
    records: int = 20_000
    """Over all main types; see `counts`."""
    counts: Mapping[str, int] | None = None
    """Records by type instead of `records`; types not named, but `owners`, have none."""
    anchor: datetime = DEFAULT_ANCHOR
    """All generated dates lie before it."""
    archived_share: float = 0.02
    quirks: bool = True
    """A small share of awkward values: odd numbers, dates, addresses, emoji, blanks of three kinds."""
    custom_properties: int = 0
    """Custom contact properties beside the few that are always there."""
    many_links: int = 0
    """Companies linked to each of the first three contacts; 0 = only the usual one or two."""
    undefined_properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By type: properties of the catalogue that this account lacks, e.g. `deal_currency_code`."""
    portal_id: int = 1_234_567

    rate_limits: bool = True
    tier: str = "professional"
    search_per_second: int = 5
    burst_limit: int | None = None
    """Requests in 10 s; default from the tier."""
    daily_limit: int | None = None
    """Requests a day; default from the tier."""
    associations_limit: int | None = None
    """Association requests in 10 s; default from the tier."""

    latency_ms: float = 0.0
    clock_offset_s: float = 0.0
    index_delay_s: float = 0.0
    """Search answers from data this old for records that changed since."""
    links_page_size: int = 100
    """Linked records in one answer for one parent."""
    honour_own_cursor: bool = True
    """False: list cursors that the fake did not hand out are refused."""
    merges_make_new_ids: bool = False
    max_request_line: int = 16_300

    access_token: str = DEFAULT_TOKEN
    more_tokens: tuple[str, ...] = ("sandbox-token",)
    """Private-app tokens of other apps of the account: each has rate windows of its own."""
    oauth_client_id: str = "sandbox-client"
    oauth_client_secret: str = "sandbox-secret"  # noqa: S105  # made up
    oauth_refresh_token: str = "sandbox-refresh-token"  # noqa: S105  # made up
    oauth_expires_in_s: int = 1800
    missing_scopes: tuple[str, ...] = ()

    static: str | None = None
    """Object type served from prepared bytes, for speed measurements; all other types are empty."""
    activity: int = 0
    """Random changes made at start, stamped a few minutes ago by the fake's clock."""
    state: str | None = None
    """File that keeps all changes over restarts."""

    def count_of(self, type_name: str) -> int:
        """Records of a type to generate."""
        if self.static is not None:
            return 0
        if self.counts is not None:
            return self.counts.get(type_name, 40 if type_name == "owners" else 0)
        if type_name == "owners":
            return 40
        if type_name in MINOR_TYPES:
            return MINOR_COUNT
        return round(self.records * SHARE_BY_TYPE[type_name])

    def base_description(self) -> dict[str, object]:
        """What the generated data depends on, for the head of the state file."""
        return {
            "seed": self.seed,
            "records": self.records if self.counts is None else dict(self.counts),
            "anchor": self.anchor.isoformat(),
            "custom_properties": self.custom_properties,
            "many_links": self.many_links,
            "quirks": self.quirks,
            "archived_share": self.archived_share,
        }
