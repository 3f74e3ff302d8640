-- Open rejects of some groups, without the records themselves.
-- Parameters: crm_sources, sync_types, rules, fields, behind (arrays of equal length: the groups, and the id after which
-- each begins), run (null: any), most.
-- Result: columns as in insight/rejects.py, by group and id.
select
    reject.id,
    reject.crm_source,
    reject.sync_type,
    reject.record_id,
    reject.field,
    reject.rule,
    reject.error,
    reject.value,
    reject.times_seen,
    reject.first_seen_at,
    reject.last_seen_at,
    reject.sync_history_id
from unnest(
    %(crm_sources)s::text[], %(sync_types)s::text[], %(rules)s::text[], %(fields)s::text[], %(behind)s::bigint[]
) with ordinality as asked (crm_source, sync_type, rule, field, behind, place)
cross join lateral (
    select *
    from crm_sync.rejected_records as one
    where (
        %(run)s::bigint is not null
        or (one.crm_source = asked.crm_source and one.sync_type = asked.sync_type)
    )
      and one.rule = asked.rule
      and one.field = asked.field
      and one.resolved_at is null
      and one.id > asked.behind
      and (%(run)s::bigint is null or one.sync_history_id = %(run)s)
    order by one.id
    limit %(most)s
) as reject
order by asked.place, reject.id
limit %(most)s
