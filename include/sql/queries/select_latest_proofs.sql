-- How the latest comparison of each entity ended.
-- Parameters: crm_sources, sync_types (arrays of equal length). Result: crm_source, sync_type, verdict, ended_at.
select
    entity.crm_source,
    entity.sync_type,
    proof.verdict,
    proof.ended_at
from unnest(%(crm_sources)s::text[], %(sync_types)s::text[]) as entity (crm_source, sync_type)
cross join lateral (
    select
        one.verdict,
        one.ended_at
    from crm_sync.proofs as one
    where one.crm_source = entity.crm_source
      and one.sync_type = entity.sync_type
      and one.verdict is not null
    order by one.id desc
    limit 1
) as proof
