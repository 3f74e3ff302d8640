-- What is left of runs whose rows upkeep has removed: their sums per entity and day.

create table crm_sync.daily_statistics (
    crm_source text not null,
    sync_type text not null,
    day date not null,
    runs bigint not null,
    failed_runs bigint not null,
    records_processed bigint not null,
    records_created bigint not null,
    records_updated bigint not null,
    records_failed bigint not null,
    records_deleted bigint not null,
    seconds numeric(14, 3) not null,
    api_calls bigint not null,
    primary key (crm_source, sync_type, day)
);

comment on table crm_sync.daily_statistics is 'Sums per entity and day (UTC) of the runs that upkeep has removed from sync_history';
comment on column crm_sync.daily_statistics.crm_source is 'CRM account';
comment on column crm_sync.daily_statistics.sync_type is 'Entity';
comment on column crm_sync.daily_statistics.day is 'Day on which the runs ended, UTC';
comment on column crm_sync.daily_statistics.runs is 'Runs that ended';
comment on column crm_sync.daily_statistics.failed_runs is 'Of them, those that failed';
comment on column crm_sync.daily_statistics.records_processed is 'created + updated + unchanged + failed';
comment on column crm_sync.daily_statistics.records_created is 'Rows inserted';
comment on column crm_sync.daily_statistics.records_updated is 'Rows overwritten';
comment on column crm_sync.daily_statistics.records_failed is 'Records kept out of the table';
comment on column crm_sync.daily_statistics.records_deleted is 'Rows marked or removed';
comment on column crm_sync.daily_statistics.seconds is 'Time that the runs took';
comment on column crm_sync.daily_statistics.api_calls is 'Requests to the CRM';
