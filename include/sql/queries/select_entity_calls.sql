-- API calls by entity: of the runs that ended in the hours that began since a moment, and of those that work.
-- Parameters: crm_sources, moments (arrays of the same length: several moments of a CRM are several questions; within
-- the last ten days).
-- Result: crm_source, moment, sync_type, calls; the greatest first.
select
    asked.crm_source,
    asked.moment,
    made.sync_type,
    sum(made.calls)::bigint as calls
from unnest(%(crm_sources)s::text[], %(moments)s::timestamptz[]) as asked (crm_source, moment)
cross join lateral (
    select
        ended.sync_type,
        ended.calls
    from crm_sync.hourly_calls as ended
    where ended.hour >= asked.moment
      and ended.crm_source = asked.crm_source
    union all
    select
        run.sync_type,
        crm_sync.count_calls(run)
    from crm_sync.sync_history as run
    where run.crm_source = asked.crm_source
      and run.status = 'running'
      and crm_sync.count_calls(run) is not null
) as made
group by asked.crm_source, asked.moment, made.sync_type
order by calls desc, made.sync_type
