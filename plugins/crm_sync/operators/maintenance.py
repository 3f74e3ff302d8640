"""The task that removes what nobody asks for any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from typing_extensions import override

if TYPE_CHECKING:
    from pathlib import Path

    from airflow.sdk import Context


class CrmMaintenanceOperator(BaseOperator):
    """Removes old history, resolved rejects, old proofs and staged files, as the DAG's params say.

    Args:
        configs: folder with one folder per CRM.
        kwargs: BaseOperator's own arguments.
    """

    def __init__(self, *, configs: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.configs = configs

    @override
    def execute(self, context: Context) -> dict[str, int]:
        """Remove, or with `dry_run` only count.

        Returns:
            Numbers by what was removed.

        Raises:
            ConfigError: YAML is wrong, or a connection is not defined.
            DatabaseUnavailableError: a warehouse can't be reached.
        """
        from collections import Counter
        from datetime import UTC, datetime, timedelta

        from crm_sync.config.loader import list_sources
        from crm_sync.settings import staging_base
        from crm_sync.upkeep.staging import remove_old_files
        from crm_sync.upkeep.warehouse import remove_old_proofs, remove_old_runs, remove_resolved_rejects
        from crm_sync.warehouses import open_warehouses

        params, now = context["params"], datetime.now(UTC)
        dry_run = bool(params["dry_run"])

        def before(name: str) -> datetime:
            return now - timedelta(days=int(params[name]))

        # the files may be shared with other deployments, and are marked with their warehouse
        base = staging_base(is_alone=False)
        verb = "Would remove" if dry_run else "Removed"
        counts: Counter[str] = Counter()
        for connect, _ in open_warehouses(list_sources(self.configs), self.configs):
            counts["runs"] += remove_old_runs(connect, before("keep_history_days"), dry_run=dry_run)
            rejects = remove_resolved_rejects(connect, before("keep_rejects_days"), dry_run=dry_run)
            counts["resolved_rejects"] += rejects
            proofs = remove_old_proofs(connect, before("keep_proofs_days"), dry_run=dry_run)
            counts["proofs"] += sum(proofs.values())
            for name, count in proofs.items():
                self.log.info("%s %d proofs of %s.", verb, count, name)
            files = remove_old_files(connect, base, before("keep_staging_days"), dry_run=dry_run)
            counts["staging_folders"] += len(files.folders)
            for folder in files.folders:
                self.log.info("%s %s.", verb, folder)
            for sentence in files.left:
                self.log.warning("%s", sentence)
        self.log.info(
            "%d runs, %d resolved rejects, %d proofs and %d staging folders %s.",
            *(counts["runs"], counts["resolved_rejects"], counts["proofs"], counts["staging_folders"]),
            "would be removed" if dry_run else "removed",
        )
        return dict(counts)
