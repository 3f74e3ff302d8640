-- Runs of an entity, newest first.
-- Parameters: crm_source, sync_type, before (id of a run: those before it; null: the latest), began (when it did), most.
-- Result: columns as in HistoryRow.
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
from (
    select *
    from crm_sync.sync_history as one
    where one.crm_source = %(crm_source)s
      and one.sync_type = %(sync_type)s
      and (
          %(before)s::bigint is null
          or (one.start_time, one.id) < (%(began)s::timestamptz, %(before)s::bigint)
      )
    order by one.start_time desc, one.id desc
    limit %(most)s
) as run
left join crm_sync.sync_owners as owner on owner.sync_history_id = run.id
order by run.start_time desc, run.id desc
