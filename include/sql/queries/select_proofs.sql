-- The latest comparisons of a table with its source, newest first.
-- Parameters: crm_source, sync_type, most. Result: columns as in insight/proofs.py.
select
    id,
    method,
    verdict,
    source_count,
    table_count,
    compared,
    differences,
    examples,
    verified_through,
    reason,
    started_at,
    ended_at
from crm_sync.proofs
where crm_source = %(crm_source)s
  and sync_type = %(sync_type)s
order by id desc
limit %(most)s
