"""Every knob of the SalesPro fake in one place."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.frame.config import FakeConfig

ACCESS_KEY = "AKIASANDBOX000000000"  # made up, opens nothing
SECRET_KEY = "sandbox/secret+key/0000000000000000000000"  # noqa: S105  # made up, opens nothing
REGION = "us-east-1"
DATABASE = "sandbox_lake"
BUCKET = "sandbox-results"
MOST_RESULTS = 1000
SHARE_BY_KIND = {
    "customers": 0.2,
    "estimates": 0.2,
    "credit_applications": 0.1,
    "lead_results": 0.15,
    "payments": 0.1,
    "user_activities": 0.15,
    "measure_sheets": 0.1,
}


@dataclass(frozen=True)
class SalesProConfig(FakeConfig):
    """Settings of one fake lake; `counts` says how many rows each table has, by sync_type."""

    shares = SHARE_BY_KIND
    data_settings = ("history_s", "long_text", "versions")

    history_s: int = 400 * 86_400
    """Age of the oldest row at the anchor."""
    long_text: int = 1_000_000
    """Characters of the longest note."""

    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY
    more_keys: tuple[tuple[str, str], ...] = ()
    """Further access keys and their secrets."""
    session_token: str = ""
    """What temporary keys have to send, too; empty: none."""
    is_expired: bool = False
    """The temporary keys are no longer valid."""
    region: str = REGION
    denied: frozenset[str] = frozenset()
    """Operations that the key has no right to, `GetQueryResults` for example."""
    lacks_glue: bool = False
    """The key may start queries, and each fails for want of glue:GetDatabase."""

    query_polls: int = 1
    """How often a query is seen at work before it is done."""
    most_queries: int = 20
    """Queries of the account that may run at once."""
    checks_time: bool = True
    """Signatures of another time than the fake's are refused, as AWS does after five minutes."""
    versions: int = 2
    """Older rows beside the newest of an estimate, among the awkward values of lead_results."""
    late_s: float = 0.0
    """Rows created while the fake runs become visible this much later."""
