-- Runs that are open, and whether a process really works on them at this moment.
-- Result: one row per open run.
create or replace view crm_sync.running_runs as
select
    run.crm_source,
    run.sync_type,
    run.id as sync_history_id,
    run.start_time,
    run.records_processed,
    run.configuration -> 'progress' as progress,
    owner.dag_id,
    owner.run_id,
    owner.try_number,
    owner.host,
    owner.pid,
    owner.heartbeat_at,
    crm_sync.owner_lock_holder(run.crm_source, run.sync_type) as database_session
from crm_sync.sync_history as run
left join crm_sync.sync_owners as owner on owner.sync_history_id = run.id
where run.status = 'running';

comment on view crm_sync.running_runs is
    'Open runs; database_session is null while none of their stages works, pg_terminate_backend(database_session) frees an entity';
