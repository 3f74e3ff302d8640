"""Every knob of the Arrivy fake in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.frame.config import FakeConfig

DEFAULT_KEY = "sandbox-key"
DEFAULT_TOKEN = "sandbox-token"  # noqa: S105  # made up, opens nothing
BASE_PATH = "/api"
SHARE_BY_KIND = {"tasks": 0.6, "bookings": 0.15, "customers": 0.2, "entities": 0.04, "groups": 0.01}
KINDS = (*SHARE_BY_KIND, "statuses")


@dataclass(frozen=True)
class ArrivyConfig(FakeConfig):
    """Settings of one fake account; statuses are always the same few, tasks may lie after the anchor."""

    shares = SHARE_BY_KIND
    data_settings = ("history_days", "planned_days", "time_zone")

    history_days: int = 720
    """The account's age at the anchor."""
    planned_days: int = 400
    """How far after the anchor the farthest tasks are planned."""
    time_zone: str = "America/Los_Angeles"
    """The account's zone, in which the `_original_iso_str` twins are written."""

    auth_key: str = DEFAULT_KEY
    auth_token: str = DEFAULT_TOKEN
    forbidden: frozenset[str] = frozenset()
    """Kinds that the key may not read: 403."""
    has_bookings: bool = True
    """False: an account without the booking module, whose `/bookings` is a 404."""

    requests_per_minute: int = 30
    retry_after: Literal["seconds", "date", "none"] = "seconds"
    """What a 429 says about the wait."""

    most_items: int = 500
    """Larger values of `items_per_page` are cut to it without a word."""
    ignores_page: frozenset[str] = frozenset()
    """Kinds whose list is the same whole array for every `page`."""
    ignores_window: frozenset[str] = frozenset()
    """Kinds whose list knows neither `from` and `to` nor `unscheduled` and answers everything."""
    envelope: Literal["array", "results", "named"] = "array"
    """`results`: `{"results": […], "has_next": …}`; `named`: `{"<kind>": […]}`."""
    unknown_path: Literal["html_200", "not_found"] = "html_200"
    changed_key: Literal["updated", "updated_at"] = "updated"
    """Name of the modified time; `created` follows it."""
