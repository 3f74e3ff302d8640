"""Every knob of the Google Sheets fake in one place; those named INFERRED say what nobody has shown yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.frame.config import FakeConfig

SPREADSHEET_ID = "1AbCInvented_0123456789-abcdefghijklmnopqrst"
CLIENT_EMAIL = "crm-sync@invented-project.iam.gserviceaccount.com"
_SHARES = {"marketing_leads": 0.9, "marketing_spends": 0.1}
TAB_BY_KIND = {"marketing_leads": "Leads 2026", "marketing_spends": "Spend"}
FIRST_TAB_ID = 1_200_000_000


@dataclass(frozen=True)
class GoogleSheetsConfig(FakeConfig):
    """Settings of one fake spreadsheet."""

    shares = _SHARES
    data_settings = ("time_zone", "further_columns")

    spreadsheet_id: str = SPREADSHEET_ID
    title: str = "Marketing 2026"
    locale: str = "en_US"
    time_zone: str = "America/Chicago"
    spare_rows: int = 40
    """Blank rows of the grid below the last record."""
    further_columns: int = 0
    """Columns of the leads beside the usual ones, each filled, for speed measurements."""

    client_email: str = CLIENT_EMAIL
    key_file: str | None = None
    """Path of the service account's key file, by whose key signatures are checked; none: of no key."""
    api_key: str = "sandbox-api-key"
    client_id: str = "sandbox-client-id"
    client_secret: str = "sandbox-client-secret"  # noqa: S105  # made up, opens nothing
    refresh_token: str = "sandbox-refresh-token"  # noqa: S105  # as above
    token_life_s: int = 3599

    is_shared: bool = True
    """The file is shared with the service account and the OAuth user."""
    is_public: bool = True
    """Everyone with the link may read it: what an API key needs."""
    refusal: Literal["403", "404"] = "403"
    """How a file that is not shared is refused; both have been seen."""
    disabled: frozenset[str] = frozenset()
    """APIs that are not enabled in the key's project: `sheets`, `drive`."""
    is_excel: bool = False
    """The file is an .xlsx in Drive (INFERRED text)."""
    requests_per_minute: int = 60
    """Of one user, as a service account is one."""
