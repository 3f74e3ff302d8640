-- The open row of an entity with its owner, and who holds the entity's lock.
-- Parameters: crm_source, sync_type. Result: no row or one.
select
    run.id,
    run.start_time,
    owner.dag_id,
    owner.run_id,
    owner.try_number,
    coalesce(owner.in_process, false) as in_process,
    owner.host,
    owner.pid,
    coalesce(owner.heartbeat_at, run.start_time) as heartbeat_at,
    extract(epoch from clock_timestamp() - coalesce(owner.heartbeat_at, run.start_time))::float8 as silent_s,
    crm_sync.owner_lock_holder(run.crm_source, run.sync_type) as lock_holder
from crm_sync.sync_history as run
left join crm_sync.sync_owners as owner on owner.sync_history_id = run.id
where run.crm_source = %(crm_source)s
  and run.sync_type = %(sync_type)s
  and run.status = 'running'
