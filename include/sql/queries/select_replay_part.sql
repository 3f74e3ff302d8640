-- How much of an entity's open rejects a choice takes.
-- Parameters: crm_source, sync_type, rule (null: any), ids (array, empty: any).
-- Result: number of open rejects, number of chosen ones, and of the ids those that are chosen (array).
with reject as (
    select
        id,
        (%(rule)s::text is null or rule = %(rule)s)
            and (cardinality(%(ids)s::bigint[]) = 0 or id = any(%(ids)s::bigint[])) as is_chosen
    from crm_sync.rejected_records
    where crm_source = %(crm_source)s
      and sync_type = %(sync_type)s
      and resolved_at is null
)

select
    count(*) as open,
    count(*) filter (where is_chosen) as chosen,
    coalesce(array_agg(id) filter (where is_chosen and cardinality(%(ids)s::bigint[]) > 0), '{}') as ids
from reject
