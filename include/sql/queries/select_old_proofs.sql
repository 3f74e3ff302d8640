-- Comparisons that upkeep may remove: old, and none that says what is known of an entity or where the next one begins.
-- Kept are: the latest of each method, and the latest of each that came to a verdict, so the latest of the whole, too;
-- the latest slice of each column; and the one that crm_sync.latest_proofs has, which may be a difference of long ago
-- that nothing has refuted yet.
-- Parameters: before. Result: id, crm_source, sync_type.
with kept as (
    (
        select distinct on (
            proof.crm_source, proof.sync_type, proof.method, proof.slice ->> 'column', proof.verdict = 'not provable'
        )
            proof.id
        from crm_sync.proofs as proof
        order by
            proof.crm_source,
            proof.sync_type,
            proof.method,
            proof.slice ->> 'column',
            proof.verdict = 'not provable',
            proof.ended_at desc,
            proof.id desc
    )
    union all
    select latest.proof_id from crm_sync.latest_proofs as latest
)
select
    proof.id,
    proof.crm_source,
    proof.sync_type
from crm_sync.proofs as proof
where proof.ended_at < %(before)s
  and not exists (select from kept where kept.id = proof.id)
order by proof.id
