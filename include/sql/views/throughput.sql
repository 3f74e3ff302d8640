-- What the runs of a day did and cost, of the last 30 days.
-- Result: one row per entity and day (UTC).
create or replace view crm_sync.throughput as
select
    run.crm_source,
    run.sync_type,
    (run.end_time at time zone 'UTC')::date as day,
    count(*) as runs,
    count(*) filter (where run.status = 'failed') as failed_runs,
    sum(run.records_processed)::bigint as records_processed,
    sum(run.records_created)::bigint as records_created,
    sum(run.records_updated)::bigint as records_updated,
    sum(run.records_failed)::bigint as records_failed,
    sum((run.performance_metrics ->> 'records_deleted')::numeric)::bigint as records_deleted,
    sum(extract(epoch from run.end_time - run.start_time))::numeric(12, 3) as seconds,
    sum((run.performance_metrics ->> 'api_calls')::numeric)::bigint as api_calls,
    sum((run.performance_metrics ->> 'rate_limit_wait_seconds')::numeric)::numeric(12, 3) as rate_limit_wait_seconds
from crm_sync.sync_history as run
where run.end_time >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '30 days'
group by run.crm_source, run.sync_type, (run.end_time at time zone 'UTC')::date;

comment on view crm_sync.throughput is 'Per entity and day (UTC), 30 days back: runs, records, seconds, calls and waiting';
