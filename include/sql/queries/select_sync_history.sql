-- One history row with the Airflow run behind it.
-- Parameters: id. Result: no row or one, columns as in HistoryRow.
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
left join crm_sync.sync_owners as owner on owner.sync_history_id = run.id
where run.id = %(id)s
