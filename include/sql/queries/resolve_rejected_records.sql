-- Closes rejects whose record passed.
-- Parameters: ids (array). Result: number of rejects as row count.
update crm_sync.rejected_records
set resolved_at = clock_timestamp()
where id = any(%(ids)s)
  and resolved_at is null
