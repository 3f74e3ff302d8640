"""What an entity's YAML says about single records: which are good, and which are deleted."""

from __future__ import annotations

from pydantic import Field

from crm_sync.config.base import Identifier, Model
from crm_sync.constants import RuleAction


class RuleConfig(Model):
    """One business rule: an SQL expression over the entity's columns that is true for a good record."""

    name: Identifier
    """Name of the rule in `rejected_records` and in the log."""
    check: str = Field(min_length=1)
    """SQL expression over the columns; null counts as passed."""
    action: RuleAction = RuleAction.REJECT
    """`reject` keeps a record that breaks the rule out of the table; `warn` only says so."""
    message: str = Field(min_length=1)
    """Why the record is not good, for the log and for `rejected_records`."""
    field: Identifier | None = None
    """Column that the message is about; none: the whole record."""


class DeletedConfig(Model):
    """How a record says that it was deleted at the source."""

    column: Identifier
    """Boolean column that is true for a deleted record, or any column that only deleted records fill."""
    at: Identifier | None = None
    """Datetime column with the moment of the deletion; none: the moment of the sync."""
