-- Runs of an entity that upkeep may remove: old, ended, and none of those that a later run or a person still asks for.
-- Kept are: the complete run whose window reaches furthest, the one that compared the whole source last, the one that
-- read it all last, the one that made each table, the latest of each outcome, and the latest that noted each kind of
-- fact, among all runs and among good ones. So it stays right when runs learn to note more.
-- Parameters: crm_source, sync_type, before. Result: ids.
with runs as materialized (
    select
        run.id,
        run.status,
        run.end_time,
        run.configuration,
        run.configuration -> 'window' as read_window,
        crm_sync.window_until(run.configuration) as window_until,
        run.status in ('success', 'partial') as is_good,
        run.status in ('success', 'partial') and run.configuration -> 'window' ->> 'complete' = 'true' as is_complete
    from crm_sync.sync_history as run
    where run.crm_source = %(crm_source)s
      and run.sync_type = %(sync_type)s
),
kept as (
    select max(runs.id) as id from runs group by runs.status
    union
    select max(runs.id) from runs where runs.is_complete
    union
    select max(runs.id) from runs where runs.configuration ? 'new_table' group by runs.configuration ->> 'table'
    union
    select max(runs.id) from runs cross join lateral jsonb_object_keys(runs.configuration) as noted (fact) group by noted.fact
    union
    select max(runs.id)
    from runs
    cross join lateral jsonb_object_keys(runs.configuration) as noted (fact)
    where runs.is_good
    group by noted.fact
    union
    select max(runs.id)
    from runs
    where runs.is_complete and runs.configuration -> 'source' is distinct from '{}'
    union
    (
        select runs.id from runs
        where runs.is_complete and runs.window_until is not null
        order by runs.window_until desc, runs.id desc
        limit 1
    )
    union
    (
        select runs.id from runs
        where runs.is_complete
          and (runs.read_window ->> 'mode' = 'full' or runs.read_window ->> 'since' is null)
        order by runs.window_until desc nulls last, runs.id desc
        limit 1
    )
    union
    (
        select runs.id from runs
        where runs.is_complete
          and (runs.read_window ->> 'mode' = 'full' or runs.read_window ->> 'since' is null)
          and runs.read_window ->> 'compared' is distinct from 'false'
        order by runs.window_until desc nulls last, runs.id desc
        limit 1
    )
)
select runs.id
from runs
where runs.status <> 'running'
  and runs.end_time < %(before)s
  and not exists (select from kept where kept.id = runs.id)
order by runs.id
