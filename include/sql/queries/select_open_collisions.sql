-- Open rejects of records that share their key with another record.
-- Parameters: crm_source, sync_type, rule. Result: record_id, value (the key as the source wrote it, or null).
select
    record_id,
    value
from crm_sync.rejected_records
where crm_source = %(crm_source)s
  and sync_type = %(sync_type)s
  and rule = %(rule)s
  and resolved_at is null
