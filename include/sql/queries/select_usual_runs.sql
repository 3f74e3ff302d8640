-- The latest runs of an entity that came to a good end, for what such runs usually take.
-- Parameters: crm_source, sync_type, table_schema, table_name, most. Result: columns as in insight/usual.py.
select
    run.id,
    coalesce(run.configuration -> 'window' ->> 'mode', 'delta') as mode,
    run.records_processed,
    run.records_created,
    run.records_updated,
    coalesce((run.performance_metrics ->> 'records_deleted')::double precision, 0) as deleted,
    coalesce((run.performance_metrics ->> 'duplicates')::double precision, 0) as duplicates,
    (run.performance_metrics ->> 'api_calls')::double precision as calls,
    extract(epoch from run.end_time - run.start_time)::double precision as seconds,
    coalesce((run.performance_metrics ->> 'rate_limit_wait_seconds')::double precision, 0) as wait_s,
    (run.performance_metrics ->> 'query_cost_usd')::double precision as cost_usd,
    extract(
        epoch from (run.configuration -> 'window' ->> 'until')::timestamptz
            - (run.configuration -> 'window' ->> 'since')::timestamptz
    )::double precision as window_s,
    coalesce((run.configuration -> 'options' ->> 'max_records')::bigint, 0) as max_records
from crm_sync.sync_history as run
where run.crm_source = %(crm_source)s
  and run.sync_type = %(sync_type)s
  and run.status in ('success', 'partial')
  and run.configuration -> 'window' ->> 'complete' = 'true'
  and coalesce(run.configuration ->> 'table', %(table_schema)s || '.' || run.sync_type)
      = %(table_schema)s || '.' || %(table_name)s
order by run.start_time desc, run.id desc
limit %(most)s
