-- Which Airflow run and which process works, or worked, on a history row. Apart from sync_history, because a
-- heartbeat there would wait for the row lock that its own process holds while it writes a chunk.

create function crm_sync.owner_lock_key(crm_source text, sync_type text)
returns bigint
language sql
immutable
parallel safe
as $$
    select hashtextextended('crm_sync owner ' || crm_source || '/' || sync_type, 0)
$$;

comment on function crm_sync.owner_lock_key(text, text) is
    'Key of the session advisory lock that a working process holds; advisory locks are per database';

create function crm_sync.owner_lock_holder(crm_source text, sync_type text)
returns integer
language sql
stable
as $$
    select lock.pid
    from pg_catalog.pg_locks as lock
    where lock.locktype = 'advisory'
      and lock.granted
      and lock.objsubid = 1
      and lock.database = (select oid from pg_catalog.pg_database where datname = current_database())
      and ((lock.classid::bigint << 32) | lock.objid::bigint) = crm_sync.owner_lock_key(crm_source, sync_type)
    limit 1
$$;

comment on function crm_sync.owner_lock_holder(text, text) is
    'Process id of the database session that holds the lock of an entity, null when nobody works on it';

create table crm_sync.sync_owners (
    sync_history_id bigint primary key references crm_sync.sync_history (id) on delete cascade,
    dag_id text not null,
    run_id text not null,
    try_number integer not null,
    in_process boolean not null,
    host text not null,
    pid integer not null,
    token uuid not null,
    heartbeat_at timestamptz not null default clock_timestamp()
)
with (fillfactor = 50);

create index sync_owners_run
    on crm_sync.sync_owners (dag_id, run_id);

comment on table crm_sync.sync_owners is 'The Airflow run and process behind each row of sync_history';
comment on column crm_sync.sync_owners.sync_history_id is 'Row of sync_history';
comment on column crm_sync.sync_owners.dag_id is 'Airflow DAG';
comment on column crm_sync.sync_owners.run_id is 'Airflow DAG run';
comment on column crm_sync.sync_owners.try_number is 'Try of the task that works or last worked';
comment on column crm_sync.sync_owners.in_process is 'Run of `airflow dags test`: it lives in one process and dies with it';
comment on column crm_sync.sync_owners.host is 'Machine of that process';
comment on column crm_sync.sync_owners.pid is 'Its process id there; for people, nothing is decided by it';
comment on column crm_sync.sync_owners.token is 'Made anew by each owner, so that a superseded one notices';
comment on column crm_sync.sync_owners.heartbeat_at is 'Last sign of life, by the clock of this database';
