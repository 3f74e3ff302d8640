-- The furthest complete window before a run, in the table as it is now, and what its run noted about its source.
-- Parameters: crm_source, sync_type, table_schema, table_name, before (id of the run). Result: no row or one.
select
    crm_sync.window_until(run.configuration) as window_until,
    run.configuration -> 'source' as source
from crm_sync.sync_history as run
where run.crm_source = %(crm_source)s
  and run.sync_type = %(sync_type)s
  and run.status in ('success', 'partial')
  and run.configuration -> 'window' ->> 'complete' = 'true'
  and crm_sync.window_until(run.configuration) is not null
  and run.id < %(before)s
  and coalesce(run.configuration ->> 'table', %(table_schema)s || '.' || run.sync_type)
      = %(table_schema)s || '.' || %(table_name)s
  and not exists (
      select
      from crm_sync.sync_history as newer
      where newer.crm_source = run.crm_source
        and newer.sync_type = run.sync_type
        and newer.id > run.id
        and newer.configuration ? 'new_table'
  )
order by crm_sync.window_until(run.configuration) desc, run.id desc
limit 1
