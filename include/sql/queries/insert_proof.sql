-- Keeps what a comparison found.
-- Parameters: the columns, see crm_sync.proofs. Result: the id; none if the run has kept its proof before.
insert into crm_sync.proofs (
    crm_source, sync_type, method, started_at, ended_at, source_count, table_count, compared, differences, newer, mended,
    examples, verified_through, verdict, reason, slice, sync_history_id
)
select
    %(crm_source)s, %(sync_type)s, %(method)s, %(started_at)s, greatest(clock_timestamp(), %(started_at)s),
    %(source_count)s, %(table_count)s, %(compared)s, %(differences)s, %(newer)s, %(mended)s, %(examples)s::jsonb,
    %(verified_through)s, %(verdict)s, %(reason)s, %(slice)s::jsonb, %(sync_history_id)s
where not exists (
    select
    from crm_sync.proofs as kept
    where kept.sync_history_id = %(sync_history_id)s
)
returning id
