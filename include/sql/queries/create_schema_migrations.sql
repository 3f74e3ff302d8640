-- The table that migrations are noted in. Safe to repeat.
-- Parameters: none. Result: none.
-- The schema may have been made by somebody who keeps the right to make schemas to himself, so it is looked for
-- first: `create schema if not exists` wants that right in any case.
do $$
begin
    if to_regnamespace('crm_sync') is null then
        create schema crm_sync;
        comment on schema crm_sync is 'State of crm_sync: history of runs, their owners, rejected records, rate budget';
    end if;
end
$$;

create table if not exists crm_sync.schema_migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
);

comment on table crm_sync.schema_migrations is 'Schema files and views applied to this database';
comment on column crm_sync.schema_migrations.name is 'Path below include/sql, without suffix';
comment on column crm_sync.schema_migrations.checksum is 'sha256 of the file as applied';
comment on column crm_sync.schema_migrations.applied_at is 'When it was applied';
