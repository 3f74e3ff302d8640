-- Closes rejects that a run which has read everything did not find again: those of some rules, or all of them.
-- Parameters: crm_source, sync_type, rules (text[], null for all), sync_history_id (the run). Result: number of rejects as
--         row count.
update crm_sync.rejected_records
set resolved_at = clock_timestamp()
where crm_source = %(crm_source)s
  and sync_type = %(sync_type)s
  and (%(rules)s::text[] is null or rule = any(%(rules)s::text[]))
  and resolved_at is null
  and sync_history_id <> %(sync_history_id)s
