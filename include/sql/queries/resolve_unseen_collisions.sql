-- Closes rejects of one rule that a run did not find again.
-- Parameters: crm_source, sync_type, rule, sync_history_id (the run). Result: number of rejects as row count.
update crm_sync.rejected_records
set resolved_at = clock_timestamp()
where crm_source = %(crm_source)s
  and sync_type = %(sync_type)s
  and rule = %(rule)s
  and resolved_at is null
  and sync_history_id <> %(sync_history_id)s
