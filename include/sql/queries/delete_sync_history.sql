-- Retention: deletes runs that ended before a moment. Of each entity stay: the run that carries the watermark, the
-- last one that compared the whole source, the latest one, and whatever is running.
-- Parameters: older_than. Result: number of deleted runs as row count.
with entities as (
    select distinct
        crm_source,
        sync_type
    from crm_sync.sync_history
),

complete as (
    select *
    from crm_sync.sync_history
    where status in ('success', 'partial')
      and configuration -> 'window' ->> 'complete' = 'true'
),

kept as (
    (
        select distinct on (crm_source, sync_type) id
        from complete
        where crm_sync.window_until(configuration) is not null
        order by crm_source, sync_type, crm_sync.window_until(configuration) desc, id desc
    )
    union all
    (
        select distinct on (crm_source, sync_type) id
        from complete
        where crm_sync.window_until(configuration) is not null
          and (
              configuration -> 'window' ->> 'mode' = 'full'
              or configuration -> 'window' ->> 'since' is null
          )
          and configuration -> 'window' ->> 'compared' is distinct from 'false'
        order by crm_source, sync_type, crm_sync.window_until(configuration) desc, id desc
    )
    union all
    (
        select latest.id
        from entities
        cross join lateral (
            select run.id
            from crm_sync.sync_history as run
            where run.crm_source = entities.crm_source
              and run.sync_type = entities.sync_type
            order by run.start_time desc, run.id desc
            limit 1
        ) as latest
    )
)

delete from crm_sync.sync_history
where status <> 'running'
  and end_time < %(older_than)s
  and id not in (select id from kept)
