-- The latest run of each entity, beside its last good run and the watermark of its table.
-- Result: one row per entity.
create or replace view crm_sync.latest_runs as
select
    crm_source,
    sync_type,
    sync_history_id,
    status,
    start_time,
    end_time,
    records_processed,
    records_created,
    records_updated,
    records_failed,
    records_unchanged,
    records_deleted,
    error_message,
    last_good_end_time,
    watermark,
    dag_id,
    run_id
from crm_sync.freshness;

comment on view crm_sync.latest_runs is 'Latest run of each entity, when it last went well and its watermark';
