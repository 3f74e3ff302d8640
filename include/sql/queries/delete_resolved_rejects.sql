-- Retention: deletes rejects that were resolved before a moment.
-- Parameters: older_than. Result: number of deleted rejects as row count.
delete from crm_sync.rejected_records
where resolved_at < %(older_than)s
