-- Opens a history row.
-- Parameters: crm_source, sync_type, configuration (json text). Result: id, start_time.
insert into crm_sync.sync_history (crm_source, sync_type, configuration)
values (%(crm_source)s, %(sync_type)s, %(configuration)s::jsonb)
returning
    id,
    start_time
