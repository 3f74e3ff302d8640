-- How the good ones among an entity's latest 200 runs were.
-- Parameters: crm_source, sync_type, mode (full, delta or replay; null: any).
-- Result: one row: median seconds, median records a second of runs with records, median records read.
select
    percentile_cont(0.5) within group (order by extract(epoch from run.end_time - run.start_time)),
    percentile_cont(0.5) within group (
        order by run.records_processed / nullif(extract(epoch from run.end_time - run.start_time), 0)
    ) filter (where run.records_processed > 0),
    percentile_cont(0.5) within group (
        order by run.records_processed + coalesce((run.performance_metrics ->> 'duplicates')::bigint, 0)
    )
from (
    select *
    from crm_sync.sync_history as one
    where one.crm_source = %(crm_source)s
      and one.sync_type = %(sync_type)s
    order by one.start_time desc, one.id desc
    limit 200
) as run
where run.status in ('success', 'partial')
  and run.configuration -> 'window' ->> 'complete' = 'true'
  and (%(mode)s::text is null or run.configuration -> 'window' ->> 'mode' = %(mode)s)
