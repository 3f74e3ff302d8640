-- Every entity that ever ran. It jumps from one to the next in an index: the time depends on the number of entities, not
-- of runs.
-- Result: one row per entity.
create or replace view crm_sync.entities as
with recursive known as (
    (
        select run.crm_source, run.sync_type
        from crm_sync.sync_history as run
        order by run.crm_source, run.sync_type
        limit 1
    )
    union all
    select following.crm_source, following.sync_type
    from known
    cross join lateral (
        select run.crm_source, run.sync_type
        from crm_sync.sync_history as run
        where (run.crm_source, run.sync_type) > (known.crm_source, known.sync_type)
        order by run.crm_source, run.sync_type
        limit 1
    ) as following
)
select crm_source, sync_type
from known;

comment on view crm_sync.entities is 'Every entity that ever ran';
