-- What is known of each entity: the worst that was found since it was last compared as a whole. A later proof of a part
-- does not make up for what the whole showed. Counts alone prove nothing and are left out, and so is a sample in which
-- nothing differs. It jumps from one entity to the next in an index: the time depends on the number of entities, and on
-- what was found since their last whole. The entities are those of the proofs, not of the history: what is known of a
-- table stays known when its runs are removed by hand.
-- Result: one row per entity that was ever compared.
create or replace view crm_sync.latest_proofs as
with recursive crm as (
    select (select proof.crm_source from crm_sync.proofs as proof order by proof.crm_source limit 1) as crm_source
    union all
    select (
        select proof.crm_source
        from crm_sync.proofs as proof
        where proof.crm_source > crm.crm_source
        order by proof.crm_source
        limit 1
    )
    from crm
    where crm.crm_source is not null
),
known as (
    select
        crm.crm_source,
        (
            select proof.sync_type
            from crm_sync.proofs as proof
            where proof.crm_source = crm.crm_source
            order by proof.sync_type
            limit 1
        ) as sync_type
    from crm
    where crm.crm_source is not null
    union all
    select
        known.crm_source,
        (
            select proof.sync_type
            from crm_sync.proofs as proof
            where proof.crm_source = known.crm_source
              and proof.sync_type > known.sync_type
            order by proof.sync_type
            limit 1
        )
    from known
    where known.sync_type is not null
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
from known as entity
cross join lateral (
    select
        coalesce(
            (
                select proof.ended_at
                from crm_sync.proofs as proof
                where proof.crm_source = entity.crm_source
                  and proof.sync_type = entity.sync_type
                  and proof.method = 'full'
                  and proof.verdict <> 'not provable'
                order by proof.ended_at desc, proof.id desc
                limit 1
            ),
            '-infinity'
        ) as ended_at
) as whole
cross join lateral (
    select proof.*
    from (
        -- few, in an index of their own
        (
            select *
            from crm_sync.proofs as bad
            where bad.crm_source = entity.crm_source
              and bad.sync_type = entity.sync_type
              and bad.verdict <> 'equal'
              and bad.method <> 'count'
              and (bad.method <> 'sample' or bad.verdict = 'different')
              and bad.ended_at >= whole.ended_at
            order by
                case bad.verdict when 'different' then 0 else 1 end,
                bad.ended_at desc,
                bad.id desc
            limit 1
        )
        union all
        (
            select *
            from crm_sync.proofs as good
            where good.crm_source = entity.crm_source
              and good.sync_type = entity.sync_type
              and good.verdict = 'equal'
              and good.method not in ('count', 'sample')
              and good.ended_at >= whole.ended_at
            order by good.ended_at desc, good.id desc
            limit 1
        )
    ) as proof
    order by case proof.verdict when 'different' then 0 when 'not provable' then 1 else 2 end
    limit 1
) as told
where entity.sync_type is not null;

comment on view crm_sync.latest_proofs is
    'Per entity, the worst that a comparison with the source has found since the last comparison of the whole';
