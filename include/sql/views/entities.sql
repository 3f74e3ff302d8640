-- Every entity that ever ran. It jumps from one to the next in an index, CRM by CRM: the time depends on the number of
-- entities, not of runs.
-- Result: one row per entity.
create or replace view crm_sync.entities as
with recursive crm as (
    select (select run.crm_source from crm_sync.sync_history as run order by run.crm_source limit 1) as crm_source
    union all
    select (
        select run.crm_source
        from crm_sync.sync_history as run
        where run.crm_source > crm.crm_source
        order by run.crm_source
        limit 1
    )
    from crm
    where crm.crm_source is not null
),
known as (
    select
        crm.crm_source,
        (
            select run.sync_type
            from crm_sync.sync_history as run
            where run.crm_source = crm.crm_source
            order by run.sync_type
            limit 1
        ) as sync_type
    from crm
    where crm.crm_source is not null
    union all
    select
        known.crm_source,
        (
            select run.sync_type
            from crm_sync.sync_history as run
            where run.crm_source = known.crm_source
              and run.sync_type > known.sync_type
            order by run.sync_type
            limit 1
        )
    from known
    where known.sync_type is not null
)
select crm_source, sync_type
from known
where sync_type is not null;

comment on view crm_sync.entities is 'Every entity that ever ran';
