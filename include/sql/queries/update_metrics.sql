-- Replaces the figures of a run.
-- Parameters: id, metrics (json). Result: none.
update crm_sync.sync_history
set performance_metrics = %(metrics)s::jsonb
where id = %(id)s
