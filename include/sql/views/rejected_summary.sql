-- How many open rejects each entity has, by what is wrong with them.
-- Result: one row per entity, rule and field.
create or replace view crm_sync.rejected_summary as
select
    crm_source,
    sync_type,
    rule,
    field,
    count(*) as open_rejects,
    sum(times_seen) as times_seen,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    min(error) as example
from crm_sync.rejected_records
where resolved_at is null
group by crm_source, sync_type, rule, field;

comment on view crm_sync.rejected_summary is 'Open rejected records by entity, rule and field';
