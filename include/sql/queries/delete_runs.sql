-- Removes runs and adds them to the sums of their days, at once.
-- Parameters: ids. Result: how many were removed.
with gone as (
    delete from crm_sync.sync_history as run
    where run.id = any(%(ids)s)
      and run.status <> 'running'
    returning run.*
),
summed as (
    insert into crm_sync.daily_statistics as day
    select
        gone.crm_source,
        gone.sync_type,
        (gone.end_time at time zone 'UTC')::date,
        count(*),
        count(*) filter (where gone.status = 'failed'),
        sum(gone.records_processed),
        sum(gone.records_created),
        sum(gone.records_updated),
        sum(gone.records_failed),
        coalesce(sum((gone.performance_metrics ->> 'records_deleted')::numeric), 0),
        sum(extract(epoch from gone.end_time - gone.start_time)),
        coalesce(sum((gone.performance_metrics ->> 'api_calls')::numeric), 0)
    from gone
    group by gone.crm_source, gone.sync_type, (gone.end_time at time zone 'UTC')::date
    on conflict (crm_source, sync_type, day) do update
    set
        runs = day.runs + excluded.runs,
        failed_runs = day.failed_runs + excluded.failed_runs,
        records_processed = day.records_processed + excluded.records_processed,
        records_created = day.records_created + excluded.records_created,
        records_updated = day.records_updated + excluded.records_updated,
        records_failed = day.records_failed + excluded.records_failed,
        records_deleted = day.records_deleted + excluded.records_deleted,
        seconds = day.seconds + excluded.seconds,
        api_calls = day.api_calls + excluded.api_calls
)
select count(*) from gone
