-- Where the latest slice of an entity ended, and when the whole was last compared, whatever came of it.
-- Parameters: crm_source, sync_type, column. Result: one row: up to (text, null: no slice yet), whole_at.
select
    (
        select proof.slice ->> 'to'
        from crm_sync.proofs as proof
        where proof.crm_source = %(crm_source)s
          and proof.sync_type = %(sync_type)s
          and proof.method = 'slice'
          and proof.verdict <> 'not provable'
          and proof.slice ->> 'column' = %(column)s
        order by proof.ended_at desc, proof.id desc
        limit 1
    ) as up_to,
    (
        select max(proof.ended_at)
        from crm_sync.proofs as proof
        where proof.crm_source = %(crm_source)s
          and proof.sync_type = %(sync_type)s
          and proof.method = 'full'
    ) as whole_at
