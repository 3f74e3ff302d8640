-- The run whose window reaches furthest, among the complete ones, the last one that compared the whole source, whether
-- one since then read it all but compared nothing, and what the latest run noted about its source; where that run was
-- not complete or left its sweep undone, what the last good one noted, under "before".
-- Only runs count that wrote to the table as it is now: under its name, and since it was made. No table: no row.
-- Parameters: crm_source, sync_type, table_schema, table_name. Result: no row or one.
with made as materialized (
    select
        coalesce(
            (
                select max(run.id)
                from crm_sync.sync_history as run
                where run.crm_source = %(crm_source)s
                  and run.sync_type = %(sync_type)s
                  and run.configuration ? 'new_table'
                  and coalesce(run.configuration ->> 'table', %(table_schema)s || '.' || run.sync_type)
                      = %(table_schema)s || '.' || %(table_name)s
            ),
            0
        ) as first_id
    where to_regclass(quote_ident(%(table_schema)s) || '.' || quote_ident(%(table_name)s)) is not null
)
select
    furthest.window_until,
    furthest.configuration,
    whole.last_full_at,
    coalesce(whole.last_try_at > coalesce(whole.last_full_at, '-infinity'), false) as was_tried,
    coalesce(
        (
            select
                case
                    when latest.configuration -> 'window' ->> 'complete' = 'true'
                        then nullif(latest.configuration -> 'source', '{}')
                end
            from crm_sync.sync_history as latest
            where latest.crm_source = furthest.crm_source
              and latest.sync_type = furthest.sync_type
              and latest.status <> 'running'
              and latest.id >= made.first_id
              and coalesce(latest.configuration ->> 'table', %(table_schema)s || '.' || latest.sync_type)
                  = %(table_schema)s || '.' || %(table_name)s
            order by latest.id desc
            limit 1
        ),
        (
            select
                jsonb_build_object('before', good.configuration -> 'source')
            from crm_sync.sync_history as good
            where good.crm_source = furthest.crm_source
              and good.sync_type = furthest.sync_type
              and good.status in ('success', 'partial')
              and good.configuration -> 'window' ->> 'complete' = 'true'
              and good.configuration -> 'source' <> '{}'
              and good.id >= made.first_id
              and coalesce(good.configuration ->> 'table', %(table_schema)s || '.' || good.sync_type)
                  = %(table_schema)s || '.' || %(table_name)s
            order by good.id desc
            limit 1
        )
    ) as latest_source
from made
cross join lateral (
    select
        run.id,
        run.crm_source,
        run.sync_type,
        run.configuration,
        crm_sync.window_until(run.configuration) as window_until
    from crm_sync.sync_history as run
    where run.crm_source = %(crm_source)s
      and run.sync_type = %(sync_type)s
      and run.status in ('success', 'partial')
      and run.configuration -> 'window' ->> 'complete' = 'true'
      and crm_sync.window_until(run.configuration) is not null
      and run.id >= made.first_id
      and coalesce(run.configuration ->> 'table', %(table_schema)s || '.' || run.sync_type)
          = %(table_schema)s || '.' || %(table_name)s
    order by crm_sync.window_until(run.configuration) desc, run.id desc
    limit 1
) as furthest
cross join lateral (
    select
        max(crm_sync.window_until(run.configuration)) filter (
            where run.configuration -> 'window' ->> 'compared' is distinct from 'false'
        ) as last_full_at,
        max(crm_sync.window_until(run.configuration)) as last_try_at
    from crm_sync.sync_history as run
    where run.crm_source = furthest.crm_source
      and run.sync_type = furthest.sync_type
      and run.status in ('success', 'partial')
      and run.configuration -> 'window' ->> 'complete' = 'true'
      and run.id >= made.first_id
      and coalesce(run.configuration ->> 'table', %(table_schema)s || '.' || run.sync_type)
          = %(table_schema)s || '.' || %(table_name)s
      and (
          run.configuration -> 'window' ->> 'mode' = 'full'
          or run.configuration -> 'window' ->> 'since' is null
      )
) as whole
