-- Opens a failed row again for a later stage of the same Airflow run (a cleared task), if nothing newer has started.
-- Parameters: id, dag_id, run_id. Result: the id, or no row.
update crm_sync.sync_history as run
set
    status = 'running',
    end_time = null,
    error_message = null
from crm_sync.sync_owners as owner
where run.id = %(id)s
  and run.status = 'failed'
  and owner.sync_history_id = run.id
  and owner.dag_id = %(dag_id)s
  and owner.run_id = %(run_id)s
  and not exists (
      select 1
      from crm_sync.sync_history as newer
      where newer.crm_source = run.crm_source
        and newer.sync_type = run.sync_type
        and newer.id > run.id
  )
returning run.id
