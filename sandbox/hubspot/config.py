"""Every knob of the HubSpot fake in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.frame.config import FakeConfig

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
MINOR_TYPES = ("quotes", "emails", "meetings", "notes", "tasks", "communications", "2-1234567")
MINOR_COUNT = 12
OWNER_COUNT = 40
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
class HubSpotConfig(FakeConfig):
    """Settings of one fake account; kinds are object types, of which `counts` may leave out `owners`."""

    shares = SHARE_BY_TYPE
    data_settings = ("custom_properties", "many_links", "archived_share")

    archived_share: float = 0.02
    custom_properties: int = 0
    """Custom contact properties beside the few that are always there."""
    many_links: int = 0
    """Companies linked to each of the first three contacts; 0 = only the usual one or two."""
    undefined_properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By type: properties of the catalogue that this account lacks, e.g. `deal_currency_code`."""
    portal_id: int = 1_234_567

    tier: str = "professional"
    search_per_second: int = 5
    burst_limit: int | None = None
    """Requests in 10 s; default from the tier."""
    daily_limit: int | None = None
    """Requests a day; default from the tier."""
    associations_limit: int | None = None
    """Association requests in 10 s; default from the tier."""

    index_delay_s: float = 0.0
    """Search answers from data this old for records that changed since."""
    links_page_size: int = 100
    """Linked records in one answer for one parent."""
    honour_own_cursor: bool = True
    """False: list cursors that the fake did not hand out are refused."""
    merges_make_new_ids: bool = False

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

    def count_of(self, type_name: str) -> int:
        """Records of a type to generate."""
        if self.static is not None:
            return 0
        if type_name == "owners":
            return (self.counts or {}).get(type_name, OWNER_COUNT)
        if type_name in MINOR_TYPES and self.counts is None:
            return MINOR_COUNT
        return super().count_of(type_name)
