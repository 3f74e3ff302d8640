"""Keeps what a run's own whole read showed of the table: it found the differences, and put them right.

The run has compared every record with its row anyway. What it wrote to rows that were settled before it began
was drift; what changed at the source since the run before is its everyday work.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode, SyncStatus
from crm_sync.exceptions import StorageError
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history import sync_history
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.storage.history.watermark import Watermark
from crm_sync.storage.proofs import MOST_EXAMPLES, Difference, Method, Proof, Verdict, insert_proof
from crm_sync.storage.sql_files import load_sql
from crm_sync.storage.staging import Staging
from crm_sync.storage.statements import compose_record_id, get_identifier
from crm_sync.sync.outcome import SaveResult
from crm_sync.sync.save_findings import show_key
from crm_sync.sync.save_judge import compares_all
from crm_sync.sync.settled import SETTLED, find_settled
from crm_sync.sync.window import RunPlan

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

log = logging.getLogger(__name__)
_TIMEOUT_S = 600
_MENDED = """
select
    case
        when t.sync_deleted_at = t.sync_updated_at and t.sync_created_at < t.sync_updated_at then 'ghost'
        when t.sync_created_at = t.sync_updated_at then 'missing'
        else 'stale'
    end as kind,
    {key} as record_id,
    count(*) over () as total
from {table} as t
where t.sync_history_id = {history_id} and {word} = {settled} and {counted}
order by record_id
limit {most}
"""
_NOT_STALE = "(t.sync_created_at = t.sync_updated_at or t.sync_deleted_at = t.sync_updated_at)"


def keep_run_proof(
    connect: Connect, entity: EntityConfig, staging: Staging, history_id: int, result: SaveResult
) -> None:
    """Keep the proof of a run that has read and compared the whole source and left nothing undone.

    A failure here is said in the log and leaves no proof; the run itself is done and stays so.

    Args:
        connect: makes a warehouse connection.
        entity: configuration.
        staging: the run's folder.
        history_id: the run's row, which is closed.
        result: how it ended.
    """
    if not staging.manifest.plan:
        return  # a late retry, whose files are gone: the try that saved has kept it
    plan = RunPlan.from_json(staging.manifest.plan)
    is_whole = plan.mode is SyncMode.FULL and compares_all(staging, plan) and staging.manifest.records > 0
    if not is_whole or result.status is not SyncStatus.SUCCESS:
        return
    try:
        with open_transaction(connect, timeout_s=_TIMEOUT_S) as cursor:
            row = sync_history.select_history(cursor, history_id)
            insert_proof(cursor, _build(cursor, entity, staging, plan, row, result))
    except (StorageError, psycopg2.Error) as error:
        log.warning(
            "%s %s: what the whole read showed could not be kept as a proof: %s",
            *(entity.crm_source, entity.sync_type, " ".join(str(error).split())),
        )


def _build(
    cursor: PgCursor,
    entity: EntityConfig,
    staging: Staging,
    plan: RunPlan,
    row: HistoryRow,
    result: SaveResult,
) -> Proof:
    counts, manifest = result.counts, staging.manifest
    before = _read_before(cursor, entity, row.id)
    found: list[Difference] = []
    total, written = 0, counts.created + counts.updated + counts.deleted
    if before is not None and written:
        settled = find_settled(entity, before, lambda _type, _since: iter(()), manifest.source)
        # which links belong to parents that changed is not known any more
        if settled.changed_parents is None and settled.can_date:
            found, total = _find_mended(cursor, entity, row.id, settled.compose("t"))
    saved = counts.created + counts.updated + counts.unchanged
    # what such a read leaves in the table and did not mark is there at the source
    live = saved if entity.deleted is None else _count_live(cursor, entity)
    return Proof(
        crm_source=entity.crm_source,
        sync_type=entity.sync_type,
        method=Method.FULL,
        verdict=Verdict.EQUAL,
        started_at=row.start_time,
        reason=f"The run found {total:,} differences and put them right." if total else None,
        source_count=manifest.records - (saved - live),
        table_count=live,
        compared=counts.processed,
        differences=total,
        newer=max(0, written - total),
        mended=total > 0,
        examples=tuple(found),
        verified_through=plan.until,
        sync_history_id=row.id,
    )


def _count_live(cursor: PgCursor, entity: EntityConfig) -> int:
    statement = sql.SQL("select count(*) from {} where sync_deleted_at is null")
    cursor.execute(statement.format(get_identifier(entity)))
    return int((cursor.fetchone() or (0,))[0])


def _tells_stale(entity: EntityConfig) -> bool:
    """Tell whether a row that a whole read overwrites was wrong; some columns age or are empty until then."""
    is_filled_later = any(one.keep_when_missing for one in entity.fields.values())
    stale = getattr(getattr(entity.read, "discover", None), "stale", None)
    return not (is_filled_later or entity.refresh or stale)


def _read_before(cursor: PgCursor, entity: EntityConfig, history_id: int) -> Watermark | None:
    """Give the window of the complete run before this one; None: the table is new with this run."""
    names = {"table_schema": entity.table_schema, "table_name": entity.table_name}
    asked = {"crm_source": entity.crm_source, "sync_type": entity.sync_type, "before": history_id, **names}
    cursor.execute(load_sql("queries/select_window_before"), asked)
    row = cursor.fetchone()
    return None if row is None else Watermark(until=row[0], source=row[1])


def _find_mended(
    cursor: PgCursor, entity: EntityConfig, history_id: int, word: sql.Composable
) -> tuple[list[Difference], int]:
    statement = sql.SQL(_MENDED).format(
        key=compose_record_id(entity, "t"),
        table=get_identifier(entity),
        history_id=sql.Literal(history_id),
        word=word,
        settled=sql.Literal(SETTLED),
        most=sql.Literal(MOST_EXAMPLES),
        counted=sql.SQL("true" if _tells_stale(entity) else _NOT_STALE),
    )
    cursor.execute(statement)
    rows = cursor.fetchall()
    found = [Difference(kind, show_key(entity, key)) for kind, key, _ in rows]
    return found, int(rows[0][2]) if rows else 0
