-- The latest runs, newest first. It takes a few of each entity, so its time does not grow with the history.
-- Parameters: crm_source, sync_type (each null: any), most. Result: columns as in HistoryRow.
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
from crm_sync.entities as entity
cross join lateral (
    select *
    from crm_sync.sync_history as one
    where one.crm_source = entity.crm_source and one.sync_type = entity.sync_type
    order by one.start_time desc, one.id desc
    limit %(most)s
) as run
left join crm_sync.sync_owners as owner on owner.sync_history_id = run.id
where (%(crm_source)s::text is null or entity.crm_source = %(crm_source)s)
  and (%(sync_type)s::text is null or entity.sync_type = %(sync_type)s)
order by run.start_time desc, run.id desc
limit %(most)s
