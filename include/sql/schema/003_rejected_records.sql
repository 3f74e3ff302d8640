-- Records that a rule, a type or the database kept out, and values that became null: kept whole, counted, replayable.

create table crm_sync.rejected_records (
    id bigint generated always as identity primary key,
    sync_history_id bigint references crm_sync.sync_history (id) on delete set null,
    crm_source text not null,
    sync_type text not null,
    -- Bytewise order: the replay walks by record_id, and no locale's order is wanted for that.
    record_id text collate "C" not null,
    field text not null default '',
    rule text not null,
    error text not null,
    value text,
    record jsonb,
    record_altered boolean not null default false,
    times_seen bigint not null default 1,
    first_seen_at timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz,
    constraint rejected_records_times_seen_check
        check (times_seen > 0),
    constraint rejected_records_times_check
        check (last_seen_at >= first_seen_at)
);

create unique index rejected_records_one_open
    on crm_sync.rejected_records (crm_source, sync_type, record_id, field, rule)
    where resolved_at is null;

create index rejected_records_history
    on crm_sync.rejected_records (sync_history_id);

create index rejected_records_resolved
    on crm_sync.rejected_records (resolved_at)
    where resolved_at is not null;

comment on table crm_sync.rejected_records is
    'Records kept out of their table, and values that became null (rule field_nulled); open while resolved_at is null';
comment on column crm_sync.rejected_records.id is 'Number of the reject';
comment on column crm_sync.rejected_records.sync_history_id is 'Run that saw it last; null once that run is purged';
comment on column crm_sync.rejected_records.crm_source is 'CRM account';
comment on column crm_sync.rejected_records.sync_type is 'Entity';
comment on column crm_sync.rejected_records.record_id is
    'Primary key at the source, parts joined by |; sha256:<hex> of the record where it has none; shortened with a hash beyond 500 bytes';
comment on column crm_sync.rejected_records.field is 'Column that is at fault; empty for the record as a whole';
comment on column crm_sync.rejected_records.rule is 'required, type, missing_key, shape, field_nulled, database or the name of a YAML rule';
comment on column crm_sync.rejected_records.error is 'What is wrong, for people';
comment on column crm_sync.rejected_records.value is 'The value at fault, cut; *** where the field is sensitive';
comment on column crm_sync.rejected_records.record is 'The record as fetched, masked; the replay reads it';
comment on column crm_sync.rejected_records.record_altered is 'NUL characters or lone surrogates in it became U+FFFD';
comment on column crm_sync.rejected_records.times_seen is 'In how many chunks it came';
comment on column crm_sync.rejected_records.first_seen_at is 'When it was rejected first';
comment on column crm_sync.rejected_records.last_seen_at is 'When it was rejected last; a replay overwrites no row written later';
comment on column crm_sync.rejected_records.resolved_at is 'When the record passed at last; null while it is open';
