-- What is known of each entity: the worst that was found since it was last compared as a whole. A later proof of a part
-- does not make up for what the whole showed. Counts alone prove nothing and are left out, and so is a sample in which
-- nothing differs. It jumps from one entity to the next in an index: the time depends on the number of entities, and on
-- what was found since their last whole.
-- Result: one row per entity that was ever compared.
create or replace view crm_sync.latest_proofs as
with recursive entity as (
    (
        select proof.crm_source, proof.sync_type
        from crm_sync.proofs as proof
        order by proof.crm_source, proof.sync_type
        limit 1
    )
    union all
    select following.crm_source, following.sync_type
    from entity
    cross join lateral (
        select proof.crm_source, proof.sync_type
        from crm_sync.proofs as proof
        where (proof.crm_source, proof.sync_type) > (entity.crm_source, entity.sync_type)
        order by proof.crm_source, proof.sync_type
        limit 1
    ) as following
)
select
    -- of the list of entities, so that whoever asks for one of them does not wait for the others
    entity.crm_source,
    entity.sync_type,
    told.id as proof_id,
    told.method,
    told.verdict,
    told.reason,
    told.started_at,
    told.ended_at,
    told.source_count,
    told.table_count,
    told.compared,
    told.differences,
    told.newer,
    told.mended,
    told.examples,
    told.verified_through,
    told.sync_history_id
from entity
cross join lateral (
    select proof.*
    from crm_sync.proofs as proof
    where proof.crm_source = entity.crm_source
      and proof.sync_type = entity.sync_type
      and proof.method <> 'count'
      and (proof.method <> 'sample' or proof.verdict = 'different')
      and proof.ended_at >= coalesce(
          (
              select whole.ended_at
              from crm_sync.proofs as whole
              where whole.crm_source = entity.crm_source
                and whole.sync_type = entity.sync_type
                and whole.method = 'full'
                and whole.verdict <> 'not provable'
              order by whole.ended_at desc, whole.id desc
              limit 1
          ),
          '-infinity'
      )
    order by
        case proof.verdict when 'different' then 0 when 'not provable' then 1 else 2 end,
        proof.ended_at desc,
        proof.id desc
    limit 1
) as told;

comment on view crm_sync.latest_proofs is
    'Per entity, the worst that a comparison with the source has found since the last comparison of the whole';
