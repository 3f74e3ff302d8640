-- Open rows of one Airflow run.
-- Parameters: dag_id, run_id. Result: id, crm_source, sync_type; by id.
select
    run.id,
    run.crm_source,
    run.sync_type
from crm_sync.sync_history as run
join crm_sync.sync_owners as owner on owner.sync_history_id = run.id
where owner.dag_id = %(dag_id)s
  and owner.run_id = %(run_id)s
  and run.status = 'running'
order by run.id
