-- The latest run of each entity, beside its last good run and its watermark.
-- Result: one row per entity.
create or replace view crm_sync.latest_runs as
select
    latest.crm_source,
    latest.sync_type,
    latest.id as sync_history_id,
    latest.status,
    latest.start_time,
    latest.end_time,
    latest.records_processed,
    latest.records_created,
    latest.records_updated,
    latest.records_failed,
    coalesce((latest.performance_metrics ->> 'records_unchanged')::bigint, 0) as records_unchanged,
    coalesce((latest.performance_metrics ->> 'records_deleted')::bigint, 0) as records_deleted,
    latest.error_message,
    good.end_time as last_good_end_time,
    good.window_until as watermark,
    owner.dag_id,
    owner.run_id
from (
    select distinct on (crm_source, sync_type) *
    from crm_sync.sync_history
    order by crm_source, sync_type, start_time desc, id desc
) as latest
left join lateral (
    select
        run.end_time,
        crm_sync.window_until(run.configuration) as window_until
    from crm_sync.sync_history as run
    where run.crm_source = latest.crm_source
      and run.sync_type = latest.sync_type
      and run.status in ('success', 'partial')
      and run.configuration -> 'window' ->> 'complete' = 'true'
    order by crm_sync.window_until(run.configuration) desc nulls last, run.id desc
    limit 1
) as good on true
left join crm_sync.sync_owners as owner on owner.sync_history_id = latest.id;

comment on view crm_sync.latest_runs is 'Latest run of each entity, when it last went well and its watermark';
