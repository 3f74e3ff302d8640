-- When the open rejects of given records were seen last; a replay overwrites no row written later.
-- Parameters: crm_source, sync_type, record_ids (array). Result: id, record_id, rule, last_seen_at.
select
    id,
    record_id,
    rule,
    last_seen_at
from crm_sync.rejected_records
where crm_source = %(crm_source)s
  and sync_type = %(sync_type)s
  and resolved_at is null
  and record_id = any(%(record_ids)s)
