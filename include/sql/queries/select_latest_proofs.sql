-- What is known of each entity that was ever compared with its source.
-- Parameters: crm_sources, sync_types (arrays; null: all). The view looks at no entity that is left out by such simple
-- conditions; there may be more pairs of them than were asked for. Result: columns as in insight/proofs.py.
select
    proof_id,
    crm_source,
    sync_type,
    method,
    verdict,
    reason,
    started_at,
    ended_at,
    source_count,
    table_count,
    compared,
    differences,
    newer,
    mended,
    examples,
    verified_through,
    sync_history_id
from crm_sync.latest_proofs
where (%(crm_sources)s::text[] is null or crm_source = any(%(crm_sources)s::text[]))
  and (%(sync_types)s::text[] is null or sync_type = any(%(sync_types)s::text[]))
