"""The data of the fake's accounts, as complete records; what an answer shows of them is decided elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.callrail.kinds import KINDS

Fields = dict[str, Any]


@dataclass(slots=True)
class Record:
    """One object with all its fields, optional ones included."""

    account: str
    fields: Fields
    at_ms: int
    """The moment it is dated by: of the event, or of its creation."""
    listed_from_ms: int = 0
    """By the fake's clock: the list does not show it before."""
    is_spam: bool = False
    """Marked as spam: the list leaves it out without a trace."""

    @property
    def id(self) -> str:
        """Its id as text; a tag's is a number in the answers."""
        return str(self.fields["id"])

    @property
    def company_id(self) -> str | None:
        """The company it belongs to; None for what belongs to the account."""
        if "company" in self.fields:
            return str(self.fields["company"]["id"])
        value = self.fields.get("company_id")
        return None if value is None else str(value)


class Store:
    """Everything the fake serves; changes go through `Changes`.

    Args:
        anchor: All generated data lies before it.
        seed: Chooses the data.
    """

    def __init__(self, anchor: datetime, seed: int) -> None:
        self.lock = threading.RLock()
        self.anchor = anchor
        self.seed = seed
        self.records: dict[str, dict[str, Record]] = {name: {} for name in KINDS}

    def add(self, kind: str, record: Record) -> None:
        """Add a record, or replace the one of the same id."""
        self.records[kind][record.id] = record

    def get(self, kind: str, record_id: str) -> Record:
        """A record by id.

        Raises:
            KeyError: No such kind or record.
        """
        return self.records[kind][str(record_id)]

    def of_account(self, kind: str, account: str) -> Iterator[Record]:
        """All records of an account, in the order they were made."""
        return (record for record in self.records[kind].values() if record.account == account)

    def ids(self, kind: str) -> list[str]:
        """Ids of all records of a kind, hidden ones included."""
        return list(self.records[kind])

    def has_forms(self, account: str) -> bool:
        """Whether a company of the account has Form Tracking on."""
        return any(company.fields["form_capture"] for company in self.of_account("companies", account))

    def counts(self) -> dict[str, int]:
        """Records by kind."""
        return {name: len(records) for name, records in self.records.items()}
