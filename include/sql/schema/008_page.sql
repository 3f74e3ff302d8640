-- What the page in Airflow asks for, in the order in which it asks: none of its questions reads a whole table.

-- Open rejects of an entity, or of a run, by rule and field.
create index rejected_records_groups
    on crm_sync.rejected_records (crm_source, sync_type, rule, field, id)
    where resolved_at is null;

create index rejected_records_of_run
    on crm_sync.rejected_records (sync_history_id, rule, field, id)
    where resolved_at is null;

-- With the status in it, a week's runs are counted without reading them.
create index sync_history_counted
    on crm_sync.sync_history (crm_source, sync_type, start_time desc, id desc)
    include (status);

create index sync_history_failed
    on crm_sync.sync_history (crm_source, sync_type, start_time)
    where status = 'failed';

drop index crm_sync.sync_history_latest;

alter table crm_sync.sync_owners
    add column progress jsonb;

comment on column crm_sync.sync_owners.progress is
    'What a stage had done by its last sign of life: token (of its process), stage, mode, done, total, before, fetched, since';
