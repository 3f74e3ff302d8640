"""Every knob of the MarketSharp fake in one place; the ones named INFERRED say what nobody has shown yet."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Literal

from sandbox.frame.config import FakeConfig

DEFAULT_COMPANY = "1234"
DEFAULT_API_KEY = "00000000-1111-2222-3333-444444444444"
DEFAULT_SECRET = b64encode(bytes(range(32))).decode()
"""Made up, opens nothing."""
SHARE_BY_KIND = {
    "contacts": 0.16,
    "prospects": 0.04,
    "customers": 0.05,
    "leads": 0.07,
    "inquiries": 0.1,
    "appointments": 0.1,
    "jobs": 0.05,
    "activities": 0.12,
    "contact_phones": 0.08,
    "addresses": 0.08,
    "contact_types": 0.08,
    "custom_fields": 0.05,
    "product_interests": 0.02,
}
FEW = {"employees": 40, "product_details": 30}
"""Records of short lists; any other short list has `SHORT`."""
SHORT = 12


@dataclass(frozen=True)
class MarketSharpConfig(FakeConfig):
    """Settings of one fake account."""

    shares = SHARE_BY_KIND
    data_settings = ("time_zone",)

    company_id: str = DEFAULT_COMPANY
    api_key: str = DEFAULT_API_KEY
    secret: str = DEFAULT_SECRET
    time_zone: str = "America/New_York"
    """Of the company: all times but those whose name ends in Utc are on its clock."""
    skew_s: float = 300.0
    """How far a signature's time may be from the fake's clock, either way (INFERRED)."""
    page_cap: int = 5_000
    """The most rows that an answer has, whatever `$top` says."""
    next_links: bool = True
    """An answer that the cap cuts has a next link (INFERRED); the links begin with http://."""
    json_form: Literal["results", "list"] = "results"
    """`{"d": {"results": [...]}}` or `{"d": [...]}`."""
    collation: Literal["ignore_case", "binary"] = "ignore_case"
    """How texts are compared and sorted (INFERRED)."""
    raw_controls: bool = False
    """Atom has characters that XML forbids as they are, not as references."""
    requests_per_second: int = 20
    """More are answered with 503; no limit is published."""

    def count_of(self, kind: str) -> int:
        """Records of a kind; the short lists do not grow with the account."""
        if self.counts is None and kind not in self.shares:
            return FEW.get(kind, SHORT)
        return super().count_of(kind)
