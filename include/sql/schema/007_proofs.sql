-- What comparisons of tables with their sources found, one row for each that came to its end: a comparison that was
-- killed leaves nothing, so that no row says more than was seen.

create table crm_sync.proofs (
    id bigint generated always as identity primary key,
    crm_source text not null,
    sync_type text not null,
    method text not null,
    started_at timestamptz not null,
    ended_at timestamptz not null default clock_timestamp(),
    source_count bigint,
    table_count bigint,
    compared bigint not null default 0,
    differences bigint not null default 0,
    newer bigint not null default 0,
    mended boolean not null default false,
    examples jsonb not null default '[]',
    verified_through timestamptz,
    verdict text not null,
    reason text,
    slice jsonb,
    sync_history_id bigint references crm_sync.sync_history (id) on delete set null,
    constraint proofs_method_check
        check (method in ('full', 'ids', 'slice', 'count')),
    constraint proofs_verdict_check
        check (verdict in ('equal', 'different', 'not provable')),
    constraint proofs_times_check
        check (ended_at >= started_at),
    constraint proofs_counts_check
        check (compared >= 0 and differences >= 0 and newer >= 0),
    -- green is only what was compared without a find, or what the run itself put right
    constraint proofs_equal_check
        check (verdict <> 'equal' or differences = 0 or mended),
    constraint proofs_reason_check
        check (verdict <> 'not provable' or reason is not null),
    constraint proofs_examples_check
        check (jsonb_typeof(examples) = 'array')
);

create index proofs_latest
    on crm_sync.proofs (crm_source, sync_type, ended_at desc);

create index proofs_history
    on crm_sync.proofs (sync_history_id);

comment on table crm_sync.proofs is 'What comparisons of tables with their sources found; the latest of each entity: crm_sync.latest_proofs';
comment on column crm_sync.proofs.id is 'Number of the proof';
comment on column crm_sync.proofs.crm_source is 'CRM account';
comment on column crm_sync.proofs.sync_type is 'Entity';
comment on column crm_sync.proofs.method is
    'full: every column of all records; ids: all keys and modified times; slice: one part of the records, whole; count: numbers alone';
comment on column crm_sync.proofs.started_at is 'When reading began; rows that were written later are not compared';
comment on column crm_sync.proofs.ended_at is 'When the comparison ended';
comment on column crm_sync.proofs.source_count is 'Records that the source gave, or said that it has; null: not known';
comment on column crm_sync.proofs.table_count is 'Rows of the table that are not marked as deleted, of the slice for a slice';
comment on column crm_sync.proofs.compared is 'Records compared with their rows';
comment on column crm_sync.proofs.differences is 'Differences that the next delta would not have put right';
comment on column crm_sync.proofs.newer is 'Records that changed at the source after the last complete run; they wait for the next one';
comment on column crm_sync.proofs.mended is 'A run that read the whole source found the differences and put them right';
comment on column crm_sync.proofs.examples is
    'Up to 20 objects: kind (missing, stale, ghost, link), record_id, column, source, table; *** where a value is sensitive';
comment on column crm_sync.proofs.verified_through is 'Moment up to which changes at the source were looked at';
comment on column crm_sync.proofs.verdict is 'equal, different or not provable';
comment on column crm_sync.proofs.reason is 'Why it is not provable, or what else is to be said';
comment on column crm_sync.proofs.slice is 'For a slice: column, from and to; the next slice begins where it ended';
comment on column crm_sync.proofs.sync_history_id is 'The run whose whole read it was; null: a comparison without a run';
