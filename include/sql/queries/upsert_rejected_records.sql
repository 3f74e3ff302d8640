-- Moves rejects from the temporary table new_rejects (unique per record_id, field, rule) into rejected_records:
-- a new one is opened, an open one is counted.
-- Parameters: sync_history_id, crm_source, sync_type. Result: number of rejects as row count.
insert into crm_sync.rejected_records as reject (
    sync_history_id, crm_source, sync_type, record_id, field, rule, error, value, record, record_altered,
    first_seen_at, last_seen_at
)
select
    %(sync_history_id)s,
    %(crm_source)s,
    %(sync_type)s,
    new_rejects.record_id,
    new_rejects.field,
    new_rejects.rule,
    new_rejects.error,
    new_rejects.value,
    new_rejects.record::jsonb,
    new_rejects.record_altered,
    -- one reading of the clock: seen once, a reject was not seen later than first
    clock.now,
    clock.now
from new_rejects
cross join (select clock_timestamp() as now) as clock
on conflict (crm_source, sync_type, record_id, field, rule) where resolved_at is null do update
set
    sync_history_id = excluded.sync_history_id,
    error = excluded.error,
    value = excluded.value,
    record = coalesce(excluded.record, reject.record),
    record_altered = case when excluded.record is null then reject.record_altered else excluded.record_altered end,
    times_seen = reject.times_seen + 1,
    last_seen_at = greatest(clock_timestamp(), reject.last_seen_at)
