-- The run whose window reaches furthest, among the complete ones, the last one that compared the whole source, whether
-- one since then read it all but compared nothing, and what the latest run noted about its source; where that run was
-- not complete or left its sweep undone, what the last good one noted, under "before".
-- Parameters: crm_source, sync_type. Result: no row or one.
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
            order by good.id desc
            limit 1
        )
    ) as latest_source
from (
    select
        id,
        crm_source,
        sync_type,
        configuration,
        crm_sync.window_until(configuration) as window_until
    from crm_sync.sync_history
    where crm_source = %(crm_source)s
      and sync_type = %(sync_type)s
      and status in ('success', 'partial')
      and configuration -> 'window' ->> 'complete' = 'true'
      and crm_sync.window_until(configuration) is not null
    order by crm_sync.window_until(configuration) desc, id desc
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
      and (
          run.configuration -> 'window' ->> 'mode' = 'full'
          or run.configuration -> 'window' ->> 'since' is null
      )
) as whole
