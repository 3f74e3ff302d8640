-- All rows of one Airflow run.
-- Parameters: dag_id, run_id. Result: columns as in HistoryRow; by id.
select
    run.id,
    run.crm_source,
    run.sync_type,
    run.status,
    run.start_time,
    run.end_time,
    run.records_processed,
    run.records_created,
    run.records_updated,
    run.records_failed,
    run.error_message,
    run.performance_metrics,
    run.configuration,
    owner.dag_id,
    owner.run_id
from crm_sync.sync_history as run
join crm_sync.sync_owners as owner on owner.sync_history_id = run.id
where owner.dag_id = %(dag_id)s
  and owner.run_id = %(run_id)s
order by run.id
