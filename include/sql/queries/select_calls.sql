-- API calls by entity and hour: of the runs that ended since a moment, by the hour of their end, and of those that work.
-- Parameters: crm_sources (array), since. Result: crm_source, sync_type, hour (null: still at work), calls.
select
    made.crm_source,
    made.sync_type,
    made.hour,
    sum(made.calls)::bigint as calls
from (
    select
        run.crm_source,
        run.sync_type,
        date_trunc('hour', run.end_time, 'UTC') as hour,
        (run.performance_metrics ->> 'api_calls')::numeric::bigint as calls
    from crm_sync.sync_history as run
    where run.crm_source = any(%(crm_sources)s)
      and run.end_time >= %(since)s
    -- kept apart, so that what is summed up is four columns and not whole objects
    offset 0
) as made
where made.calls is not null
group by made.crm_source, made.sync_type, made.hour
union all
select
    run.crm_source,
    run.sync_type,
    null,
    (run.performance_metrics ->> 'api_calls')::numeric::bigint
from crm_sync.sync_history as run
where run.crm_source = any(%(crm_sources)s)
  and run.status = 'running'
  and run.performance_metrics ? 'api_calls'
order by 1, 2, 3
