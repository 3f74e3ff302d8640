-- One row per entity and run: what was read, what became of it, and the only place where sync state lives.
-- Written by crm_sync.storage alone. Runs inside the migration's transaction.

create function crm_sync.merge_objects(old_value jsonb, new_value jsonb)
returns jsonb
language sql
immutable
parallel safe
as $$
    select old_value || new_value || coalesce(
        (
            select jsonb_object_agg(entry.key, old_value -> entry.key || entry.value)
            from jsonb_each(new_value) as entry
            where jsonb_typeof(entry.value) = 'object'
              and jsonb_typeof(old_value -> entry.key) = 'object'
        ),
        '{}'::jsonb
    )
$$;

comment on function crm_sync.merge_objects(jsonb, jsonb) is
    'Keys of the second object win; where both hold an object under a key, those two are merged';

create function crm_sync.add_numbers(old_value jsonb, new_value jsonb)
returns jsonb
language sql
immutable
parallel safe
as $$
    select old_value || coalesce(
        (
            select jsonb_object_agg(entry.key, coalesce((old_value ->> entry.key)::numeric, 0) + entry.value::text::numeric)
            from jsonb_each(new_value) as entry
        ),
        '{}'::jsonb
    )
$$;

comment on function crm_sync.add_numbers(jsonb, jsonb) is
    'Adds each number of the second object to the number under the same key of the first';

-- Immutable, so that an index may hold it: the text always carries its offset from UTC.
create function crm_sync.window_until(configuration jsonb)
returns timestamptz
language sql
immutable
parallel safe
as $$
    select (configuration -> 'window' ->> 'until')::timestamptz
$$;

comment on function crm_sync.window_until(jsonb) is 'End of the window that a run read, exclusive';

create table crm_sync.sync_history (
    id bigint generated always as identity primary key,
    crm_source text not null,
    sync_type text not null,
    status text not null default 'running',
    start_time timestamptz not null default clock_timestamp(),
    end_time timestamptz,
    records_processed bigint not null default 0,
    records_created bigint not null default 0,
    records_updated bigint not null default 0,
    records_failed bigint not null default 0,
    error_message text,
    performance_metrics jsonb not null default '{}',
    configuration jsonb not null default '{}',
    constraint sync_history_crm_source_check
        check (crm_source ~ '^[a-z0-9]+$'),
    constraint sync_history_sync_type_check
        check (sync_type ~ '^[a-z_][a-z0-9_]{0,62}$' and sync_type !~ '_sync$'),
    constraint sync_history_status_check
        check (status in ('running', 'success', 'partial', 'failed')),
    constraint sync_history_end_time_check
        check ((status = 'running') = (end_time is null)),
    constraint sync_history_times_check
        check (end_time >= start_time),
    constraint sync_history_counts_check
        check (records_created >= 0 and records_updated >= 0 and records_failed >= 0 and records_processed >= 0),
    constraint sync_history_sum_check
        check (
            records_processed = records_created + records_updated + records_failed
                + coalesce((performance_metrics ->> 'records_unchanged')::bigint, 0)
        ),
    constraint sync_history_metrics_check
        check (jsonb_typeof(performance_metrics) = 'object'),
    constraint sync_history_configuration_check
        check (jsonb_typeof(configuration) = 'object')
)
-- Room on each page for the many small updates while a run works.
with (fillfactor = 50);

create unique index sync_history_one_running
    on crm_sync.sync_history (crm_source, sync_type)
    where status = 'running';

create index sync_history_watermark
    on crm_sync.sync_history (crm_source, sync_type, crm_sync.window_until(configuration) desc)
    where status in ('success', 'partial') and configuration -> 'window' ->> 'complete' = 'true';

create index sync_history_latest
    on crm_sync.sync_history (crm_source, sync_type, start_time desc);

create index sync_history_end_time
    on crm_sync.sync_history (end_time);

comment on table crm_sync.sync_history is 'One row per entity and run of crm_sync; the watermark is read from here';
comment on column crm_sync.sync_history.id is 'Number of the run; target rows carry it as sync_history_id';
comment on column crm_sync.sync_history.crm_source is 'CRM account: lowercase letters and digits';
comment on column crm_sync.sync_history.sync_type is 'Entity: plural, never ending in _sync';
comment on column crm_sync.sync_history.status is
    'running; success: complete, nothing rejected; partial: something rejected or left unread; failed: an error ended it';
comment on column crm_sync.sync_history.start_time is 'When fetch began, by the clock of this database';
comment on column crm_sync.sync_history.end_time is 'When the run ended, null exactly while it runs; never the next lower bound';
comment on column crm_sync.sync_history.records_processed is 'created + updated + unchanged + failed';
comment on column crm_sync.sync_history.records_created is 'Rows inserted and committed';
comment on column crm_sync.sync_history.records_updated is 'Rows overwritten and committed';
comment on column crm_sync.sync_history.records_failed is 'Records kept out of the table; each is in crm_sync.rejected_records';
comment on column crm_sync.sync_history.error_message is 'Why the run failed or is partial; null after success';
comment on column crm_sync.sync_history.performance_metrics is
    'duration_seconds, records_per_second, api_calls, records_unchanged, records_deleted, duplicates and others';
comment on column crm_sync.sync_history.configuration is
    'window (since, until, complete, mode), options, progress (last chunk done per stage), source; never a secret';
