-- Open rejects of given records.
-- Parameters: crm_source, sync_type, record_ids (array). Result: id, record_id, field, rule.
select
    id,
    record_id,
    field,
    rule
from crm_sync.rejected_records
where crm_source = %(crm_source)s
  and sync_type = %(sync_type)s
  and resolved_at is null
  and record_id = any(%(record_ids)s)
