-- When the open rejects of given records were seen last; a replay overwrites no row written later.
-- Parameters: crm_source, sync_type, record_ids (array). Result: record_id, last_seen_at; one row per record.
select
    record_id,
    max(last_seen_at) as last_seen_at
from crm_sync.rejected_records
where crm_source = %(crm_source)s
  and sync_type = %(sync_type)s
  and resolved_at is null
  and record_id = any(%(record_ids)s)
group by record_id
