-- Finds the run that made an entity's table: what earlier runs have read is not in it.

create index sync_history_made_table
    on crm_sync.sync_history (crm_source, sync_type, id desc)
    where configuration ? 'new_table';
