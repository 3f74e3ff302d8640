-- API calls by entity and hour: of the runs that ended since a moment, by the hour of their end, and of those that work.
-- Parameters: crm_sources (array), since. Result: crm_source, sync_type, hour (null: still at work), calls.
select
    run.crm_source,
    run.sync_type,
    date_trunc('hour', run.end_time at time zone 'UTC') at time zone 'UTC' as hour,
    sum((run.performance_metrics ->> 'api_calls')::numeric)::bigint as calls
from crm_sync.sync_history as run
where run.crm_source = any(%(crm_sources)s)
  and run.end_time >= %(since)s
  and run.performance_metrics ? 'api_calls'
group by run.crm_source, run.sync_type, 3
union all
select
    run.crm_source,
    run.sync_type,
    null,
    sum((run.performance_metrics ->> 'api_calls')::numeric)::bigint
from crm_sync.sync_history as run
where run.crm_source = any(%(crm_sources)s)
  and run.status = 'running'
  and run.performance_metrics ? 'api_calls'
group by run.crm_source, run.sync_type
order by 1, 2, 3
