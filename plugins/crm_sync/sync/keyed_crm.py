"""A CRM of which a run reads chosen records only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_sync.config.models import EntityConfig
from crm_sync.sources.base import Source
from crm_sync.sources.by_keys import KeyedSource, RecordKey
from crm_sync.sync.crm import Crm, Stop


@dataclass(frozen=True)
class KeyedCrm:
    """The CRM of a run that reads a sample.

    Args:
        crm: that has the records.
        keys: of the records.
    """

    crm: Crm
    keys: Sequence[RecordKey]

    def name_account(self) -> str:
        """See `Crm.name_account`."""
        return self.crm.name_account()

    def open_source(self, entity: EntityConfig, *, stop: Stop) -> Source:
        """Open the entity; only the records of the keys are read."""
        return KeyedSource(self.crm.open_source(entity, stop=stop), entity, self.keys)
