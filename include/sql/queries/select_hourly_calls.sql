-- API calls by CRM and hour: of the runs that ended since the beginning of an hour, by the hour of their end, and of
-- those that work.
-- Parameters: crm_sources (array), since (within the last ten days).
-- Result: crm_source, hour (null: still at work), calls.
select
    made.crm_source,
    made.hour,
    sum(made.calls)::bigint as calls
from crm_sync.hourly_calls as made
where made.hour >= %(since)s
  and made.crm_source = any(%(crm_sources)s)
group by made.crm_source, made.hour
union all
select
    run.crm_source,
    null,
    sum(crm_sync.count_calls(run))::bigint
from crm_sync.sync_history as run
where run.crm_source = any(%(crm_sources)s)
  and run.status = 'running'
  and crm_sync.count_calls(run) is not null
group by run.crm_source
