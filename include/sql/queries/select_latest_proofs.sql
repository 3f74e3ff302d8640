-- What is known of each entity that was ever compared with its source.
-- Parameters: crm_sources, sync_types (arrays of equal length; null: all). Result: columns as in insight/proofs.py.
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
where %(crm_sources)s::text[] is null
   or (crm_source, sync_type) in (
       select entity.crm_source, entity.sync_type
       from unnest(%(crm_sources)s::text[], %(sync_types)s::text[]) as entity (crm_source, sync_type)
   )
