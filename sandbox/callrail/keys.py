"""API keys: a key sees what its user sees, and says nothing about the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.callrail.config import CallRailConfig
from sandbox.callrail.store import Record, Store
from sandbox.frame.messages import Request

_HEADER = re.compile(r'Token token=(?:"([^"]*)"|([^",\s]+))')


@dataclass(frozen=True)
class Access:
    """What a key sees."""

    companies: frozenset[str] | None = None
    """None: every company."""

    def sees(self, record: Record) -> bool:
        """Whether the record, or the company that it belongs to, is seen; a company's id is its own."""
        if self.companies is None:
            return True
        company = record.id if record.id.startswith("COM") else record.company_id
        return company is None or company in self.companies


def find_access(request: Request, config: CallRailConfig, store: Store) -> Access | None:
    """What the request's key sees; None: no key, or one that is not known."""
    match = _HEADER.fullmatch((request.header(b"authorization") or "").strip())
    key = match and (match[1] or match[2])
    if key in (config.api_key, *config.more_keys):
        return Access()
    if key is None or key not in (config.restricted_keys or {}):
        return None
    count = (config.restricted_keys or {})[key]
    seen = [
        [one.id for one in store.of_account("companies", account)][:count]
        for account in store.ids("accounts")
    ]
    return Access(frozenset(one for ids in seen for one in ids))
