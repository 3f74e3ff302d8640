-- The latest run of each entity, beside its last good run and the watermark of its table. Runs that wrote to a table of
-- another name, or before the table was made anew, say nothing about the rows in it; see queries/select_watermark.sql.
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
      -- rows of earlier versions name no table
      and coalesce(run.configuration ->> 'table', latest.configuration ->> 'table', '')
          = coalesce(latest.configuration ->> 'table', run.configuration ->> 'table', '')
      and not exists (
          select
          from crm_sync.sync_history as newer
          where newer.crm_source = run.crm_source
            and newer.sync_type = run.sync_type
            and newer.id > run.id
            and newer.configuration ? 'new_table'
            and newer.configuration ->> 'table' = latest.configuration ->> 'table'
      )
    order by crm_sync.window_until(run.configuration) desc nulls last, run.id desc
    limit 1
) as good on true
left join crm_sync.sync_owners as owner on owner.sync_history_id = latest.id;

comment on view crm_sync.latest_runs is 'Latest run of each entity, when it last went well and its watermark';
