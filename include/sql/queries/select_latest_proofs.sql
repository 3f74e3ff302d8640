-- What is known of each entity that was ever compared with its source.
-- Parameters: none. Result: columns as in insight/proofs.py.
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
