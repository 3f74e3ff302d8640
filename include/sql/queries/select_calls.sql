-- API calls by entity and hour: of the runs that ended since a moment, by the hour of their end, and of those that work.
-- Parameters: crm_sources (array), since.
-- Result: crm_source, sync_type, hour (seconds since 1970, which are read much faster than moments; null: still at work),
-- calls.
select
    made.crm_source,
    made.sync_type,
    made.hour,
    sum(made.calls)::bigint as calls
from (
    select
        run.crm_source,
        run.sync_type,
        extract(epoch from date_bin('1 hour', run.end_time, timestamptz '1970-01-01 00:00Z'))::bigint as hour,
        (run.performance_metrics -> 'api_calls')::bigint as calls
    from crm_sync.sync_history as run
    where run.crm_source = any(%(crm_sources)s)
      and run.end_time >= %(since)s
      and jsonb_typeof(run.performance_metrics -> 'api_calls') = 'number'
    -- kept apart, so that what is summed up is four columns and not whole objects
    offset 0
) as made
group by made.crm_source, made.sync_type, made.hour
union all
select
    run.crm_source,
    run.sync_type,
    null,
    (run.performance_metrics -> 'api_calls')::bigint
from crm_sync.sync_history as run
where run.crm_source = any(%(crm_sources)s)
  and run.status = 'running'
  and jsonb_typeof(run.performance_metrics -> 'api_calls') = 'number'
