-- The run whose window reaches furthest, among the complete ones, the last one that read the whole source, and what
-- the latest run noted about its source (null unless that run was complete).
-- Parameters: crm_source, sync_type. Result: no row or one.
select
    furthest.id,
    furthest.window_until,
    furthest.configuration,
    (
        select crm_sync.window_until(whole.configuration)
        from crm_sync.sync_history as whole
        where whole.crm_source = furthest.crm_source
          and whole.sync_type = furthest.sync_type
          and whole.status in ('success', 'partial')
          and whole.configuration -> 'window' ->> 'complete' = 'true'
          and (
              whole.configuration -> 'window' ->> 'mode' = 'full'
              or whole.configuration -> 'window' ->> 'since' is null
          )
          and crm_sync.window_until(whole.configuration) is not null
        order by crm_sync.window_until(whole.configuration) desc
        limit 1
    ) as last_full_at,
    (
        select
            case
                when latest.configuration -> 'window' ->> 'complete' = 'true'
                    then latest.configuration -> 'source'
            end
        from crm_sync.sync_history as latest
        where latest.crm_source = furthest.crm_source
          and latest.sync_type = furthest.sync_type
          and latest.status <> 'running'
        order by latest.id desc
        limit 1
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
