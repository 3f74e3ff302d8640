"""One entity's run as its Airflow tasks see it: options, identity, history row, lock and staging folder."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm_sync.config.flags import build_own_flags
from crm_sync.config.loader import load_source
from crm_sync.config.run_options import RunOptions, parse_options
from crm_sync.exceptions import StorageError
from crm_sync.settings import configs_dir, staging_base

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crm_sync.config.models import EntityConfig, SourceConfig
    from crm_sync.storage.history.history_rows import HistoryRow
    from crm_sync.storage.history.run_marks import Mark
    from crm_sync.storage.history.sync_owners import RunIdentity, SyncOwner
    from crm_sync.storage.staging import Staging

CONTEXT_KEY = "crm_sync_run"
_DAG_TEST_USER = "dag_test"


@dataclass
class EntityRun:
    """What the tasks of one entity share in one run.

    Args:
        source: configuration of the CRM.
        entity: configuration of the entity.
        options: the run's flags, checked.
        identity: who works: DAG run, try, host, process.
        run_key: name of the staging folder: the history id, or `dry-<8 hex>`.
        history_id: row in crm_sync.sync_history, None for a dry run.
        owner: this process's claim on the entity, None for a dry run.
        metrics: figures of this stage for the history row.
        closed: the row as a save closed it before, where this is a late retry.
    """

    source: SourceConfig
    entity: EntityConfig
    options: RunOptions
    identity: RunIdentity
    run_key: str = ""
    history_id: int | None = None
    owner: SyncOwner | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    closed: HistoryRow | None = None

    @property
    def connect(self) -> Callable[[], Any]:
        """Open a fresh warehouse connection."""
        from crm_sync.hooks.warehouse import build_connect

        return build_connect(self.source.warehouse_connection_id)

    def open_staging(self) -> Staging:
        """Open the staging folder of a run that has fetched.

        Raises:
            StorageError: no finished fetch of this run is there, so a later stage would take nothing for
                everything.
        """
        staging = self._open_staging(self.read_mark(), begins=False)
        if not staging.manifest.fetched:
            raise StorageError(
                f"Staging folder {staging.base} holds no finished fetch: every worker must reach the folder "
                "that CRM_SYNC_STAGING names."
            )
        return staging

    def begin_staging(self, account: str) -> Staging:
        """Open the staging folder for fetch: it may be new, or hold what an earlier try of this run has read.

        Args:
            account: names the account that is read; what was read of another one is not gone on with.
        """
        mark = {**self.read_mark(), "connection": account, "read": describe_read(self.entity)}
        return self._open_staging(mark, begins=True)

    def read_mark(self) -> Mark:
        """Name this run of this warehouse, as no other is named."""
        from crm_sync.storage.connections import open_transaction
        from crm_sync.storage.history.run_marks import find_mark, read_mark

        identity = self.identity
        known = find_mark(identity.crm_source, identity.sync_type, self.run_key)
        if known is not None:
            return known
        with open_transaction(self.connect) as cursor:
            return {**read_mark(cursor), "run": f"{identity.dag_id} {identity.run_id}"}

    def _open_staging(self, mark: Mark, *, begins: bool) -> Staging:
        from crm_sync.storage.staging import open_staging

        entity = self.entity
        base = staging_base() / entity.crm_source / entity.sync_type / self.run_key
        return open_staging(
            base, crm_source=entity.crm_source, sync_type=entity.sync_type, mark=mark, begins=begins
        )

    def reference(self) -> dict[str, Any]:
        """Give the small thing that XCom carries to the next task."""
        return {"run_key": self.run_key, "history_id": self.history_id}

    def build_owner(self, is_run_ended: Callable[[str, str], bool] | None) -> SyncOwner:
        """Make the claim of this task's process on the entity; the caller acquires and releases it."""
        from crm_sync.storage.history.sync_owners import SyncOwner

        self.owner = SyncOwner(self.connect, self.identity, is_run_ended=is_run_ended)
        return self.owner

    def release(self, *, force: bool = False) -> None:
        """Let go of the entity's lock; `dags test` keeps it until the row is closed, unless forced."""
        if self.owner is not None:
            self.owner.release(force=force)


def describe_read(entity: EntityConfig) -> str:
    """Name what an entity's YAML has read, in a few letters: a read is not gone on with under another one."""
    sources = {name: field.source for name, field in entity.fields.items()}
    said = json.dumps([entity.read.model_dump(mode="json"), sources], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def get_run(context: Mapping[str, Any]) -> EntityRun | None:
    """Give the run that `pre_execute` put into the context; None where the entity wasn't selected."""
    run: EntityRun | None = context.get(CONTEXT_KEY)
    return run


def build_run(context: Mapping[str, Any]) -> tuple[EntityRun, list[str]]:
    """Read the context of a stage's task.

    Returns:
        The run, without history row yet, and warnings about renamed flags.

    Raises:
        OptionsError: a flag is wrong.
        ConfigError: a YAML file is wrong.
    """
    from crm_sync.storage.history.sync_owners import RunIdentity

    task = context["task"]
    source = load_source(task.configs or configs_dir(), task.crm_source)
    options, warnings = parse_options(
        dict(context["params"]),
        known_entities=sorted(source.entities),
        own_flags=build_own_flags(source.flags),
    )
    ti, dag_run = context["ti"], context["dag_run"]
    identity = RunIdentity(
        crm_source=task.crm_source,
        sync_type=task.sync_type,
        dag_id=ti.dag_id,
        run_id=ti.run_id,
        try_number=ti.try_number,
        in_process=getattr(dag_run, "triggering_user_name", None) == _DAG_TEST_USER,
        host=socket.gethostname(),
        pid=os.getpid(),
    )
    return EntityRun(source, source.entities[task.sync_type], options, identity), warnings
