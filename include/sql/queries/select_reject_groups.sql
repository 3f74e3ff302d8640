-- Open rejects by entity, rule and field. It jumps from one group to the next in an index: the time depends on the number
-- of groups, not of rejects. A run is of one entity, so its own index is enough; with both, the planner may take the other.
-- Parameters: crm_sources, sync_types (arrays of equal length: the entities), run (null: any), most (more are not
-- counted), rule, field (each null: any), most_groups.
-- Result: crm_source, sync_type, rule, field, how many.
with found as (
    select
        entity.crm_source,
        entity.sync_type,
        named.rule,
        named.field
    from unnest(%(crm_sources)s::text[], %(sync_types)s::text[]) as entity (crm_source, sync_type)
    cross join lateral (
        with recursive known as (
            (
                select
                    reject.rule,
                    reject.field
                from crm_sync.rejected_records as reject
                where (
                    %(run)s::bigint is not null
                    or (reject.crm_source = entity.crm_source and reject.sync_type = entity.sync_type)
                )
                  and reject.resolved_at is null
                  and (%(run)s::bigint is null or reject.sync_history_id = %(run)s)
                order by reject.rule, reject.field
                limit 1
            )
            union all
            select
                following.rule,
                following.field
            from known
            cross join lateral (
                select
                    reject.rule,
                    reject.field
                from crm_sync.rejected_records as reject
                where (
                    %(run)s::bigint is not null
                    or (reject.crm_source = entity.crm_source and reject.sync_type = entity.sync_type)
                )
                  and reject.resolved_at is null
                  and (%(run)s::bigint is null or reject.sync_history_id = %(run)s)
                  and (reject.rule, reject.field) > (known.rule, known.field)
                order by reject.rule, reject.field
                limit 1
            ) as following
        )

        select
            known.rule,
            known.field
        from known
    ) as named
    where (%(rule)s::text is null or named.rule = %(rule)s)
      and (%(field)s::text is null or named.field = %(field)s)
    -- in the order of the entities; sorted here, none could be left out before all are found
    limit %(most_groups)s
)

select
    found.crm_source,
    found.sync_type,
    found.rule,
    found.field,
    counted.rejects
from found
cross join lateral (
    select count(*) as rejects
    from (
        select
        from crm_sync.rejected_records as reject
        where (
            %(run)s::bigint is not null
            or (reject.crm_source = found.crm_source and reject.sync_type = found.sync_type)
        )
          and reject.rule = found.rule
          and reject.field = found.field
          and reject.resolved_at is null
          and (%(run)s::bigint is null or reject.sync_history_id = %(run)s)
        order by reject.id
        limit %(most)s
    ) as enough
) as counted
order by found.crm_source, found.sync_type, found.rule, found.field
