"""Every knob of the Salesforce fake in one place."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.frame.config import FakeConfig

DEFAULT_TOKEN = "00Dxx0000000001!sandbox-session"  # noqa: S105  # made up, opens nothing
SHARE_BY_KIND = {
    "users": 0.004,
    "campaigns": 0.006,
    "accounts": 0.2,
    "contacts": 0.25,
    "leads": 0.2,
    "opportunities": 0.15,
    "tasks": 0.19,
}
FEATURES = ("record_types", "multi_currency", "state_codes", "shared_activities")
"""What only some orgs have, and the fields that come with it."""


@dataclass(frozen=True)
class SalesforceConfig(FakeConfig):
    """Settings of one fake org; kinds are the names of our entities."""

    shares = SHARE_BY_KIND
    data_settings = ("custom_fields", "deleted_share", "features")

    deleted_share: float = 0.02
    """Of each kind but users: in the recycle bin."""
    custom_fields: int = 0
    """Numbered `…__c` fields of each kind beside the few that are always there."""
    features: tuple[str, ...] = FEATURES
    max_request_line: int = 16_384

    client_id: str = "sandbox-consumer-key"
    client_secret: str = "sandbox-consumer-secret"  # noqa: S105  # made up
    refresh_token: str = "sandbox-refresh-token"  # noqa: S105  # made up
    rotates_refresh_token: bool = False
    """Each refresh brings a new refresh token, and the old one is dead."""
    username: str = "integration@example.com.sandbox"
    """The user that a JWT has to name."""
    audiences: tuple[str, ...] = ("https://login.salesforce.com", "https://test.salesforce.com")
    """What a JWT may name beside the fake's own address."""
    access_token: str = DEFAULT_TOKEN
    """A session that is known from the start."""
    instance_url: str | None = None
    """What the token answer names; None: the address that was called."""
    session_timeout_s: float = 7200.0
    """Seconds without a call after which a session is over, by the fake's clock."""
    session_calls: int | None = None
    """Calls after which a session is over; None: any number."""

    oldest_version: float = 31.0
    newest_version: float = 68.0
    daily_limit: int = 100_000
    """Calls that the whole org has in 24 hours."""
    used_by_others: int = 0
    """Of these, the ones that other tools have made."""
    shows_app_usage: bool = False
    """Whether `Sforce-Limit-Info` also tells of the calls of this app."""

    page_size: int = 2_000
    """Most rows of a page; a client may ask for fewer, from 200."""
    locator_days: float = 2.0
    most_locators: int = 10
    """Results with further pages that are kept; one more drops the oldest."""
    bulk_page_rows: int = 50_000
    """Most rows of a page of a job's results."""
    timeout_rows: int | None = None
    """A query for more rows than these times out; None: none does. Counting them does not."""
    job_timeout_rows: int | None = None
    """A job for more rows than these fails and says so."""
    job_polls: int = 2
    """How often a job is looked at until it is complete."""
    job_days: float = 7.0
    daily_jobs: int = 10_000

    @property
    def has_quota(self) -> bool:
        """Whether calls beyond the daily limit are refused."""
        return self.rate_limits
