"""The staging folder of one run and the mark of its owner: files of another run are never continued."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import CrmSyncError, StorageError
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.history_rows import RunIdentity
from crm_sync.storage.history.run_marks import Mark, find_mark, read_mark
from crm_sync.storage.staging import Staging, open_staging
from crm_sync.storage.staging_place import unusable


@dataclass(frozen=True)
class RunFiles:
    """The staging folder of one run of an entity.

    Args:
        base: folder of all runs, a pathlib.Path or an ObjectStoragePath.
        entity: what is read.
        identity: whose run it is.
        run_key: name of the run's own folder: its history id, or `dry-<8 hex>`.
        connect: makes a warehouse connection.
    """

    base: Any
    entity: EntityConfig
    identity: RunIdentity
    run_key: str
    connect: Connect

    def begin(self, account: str) -> Staging:
        """Open the folder for fetch: it may be new, or have the records of an earlier try of this run.

        Args:
            account: names the account that is read; a read of another account is not continued.
        """
        mark = {**self._read_mark(), "connection": account, "read": describe_read(self.entity)}
        return self._open(mark, begins=True)

    def open_fetched(self) -> Staging:
        """Open the folder of a run that has fetched.

        Raises:
            StorageError: no finished fetch of this run is there; a later stage would take nothing for the
                whole source.
        """
        staging = self._open(self._read_mark(), begins=False)
        if not staging.manifest.fetched:
            raise StorageError(
                f"Staging folder {staging.base} holds no finished fetch: every worker must reach the folder "
                "that CRM_SYNC_STAGING names."
            )
        return staging

    def _open(self, mark: Mark, *, begins: bool) -> Staging:
        crm_source, sync_type = self.entity.crm_source, self.entity.sync_type
        folder = self.base / crm_source / sync_type / self.run_key
        try:
            return open_staging(folder, crm_source=crm_source, sync_type=sync_type, mark=mark, begins=begins)
        except CrmSyncError:
            raise
        except Exception as error:
            raise unusable(folder, error) from error

    def _read_mark(self) -> Mark:
        """Give this run of this warehouse a unique name."""
        known = find_mark(self.identity.crm_source, self.identity.sync_type, self.run_key)
        if known is not None:
            return known
        with open_transaction(self.connect) as cursor:
            return {**read_mark(cursor), "run": f"{self.identity.dag_id} {self.identity.run_id}"}


def name_dry_run(identity: RunIdentity) -> str:
    """Name a dry run's folder; the same for every try, so that a retry continues with its files."""
    task = f"{identity.dag_id}/{identity.run_id}/{identity.sync_type}.fetch"
    return f"dry-{hashlib.sha256(task.encode()).hexdigest()[:8]}"


def describe_read(entity: EntityConfig) -> str:
    """Give a short name for what an entity's YAML reads: a read is not continued with another YAML."""
    sources = {name: field.source for name, field in entity.fields.items()}
    said = json.dumps([entity.read.model_dump(mode="json"), sources], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
