-- One row per entity that ever ran: how fresh it is, what its latest run did, how many of its rejects are open.
-- Parameters: crm_sources (array), sync_type (each null: any), most_rejects (more are not counted).
-- Result: columns as in insight/overview.py.
select
    fresh.crm_source,
    fresh.sync_type,
    fresh.sync_history_id,
    fresh.status,
    fresh.start_time,
    fresh.end_time,
    fresh.error_message,
    fresh.last_good_end_time,
    fresh.watermark,
    fresh.runs_24h,
    fresh.good_24h,
    fresh.runs_7d,
    fresh.good_7d,
    fresh.failures_in_a_row,
    fresh.failing_since,
    fresh.last_error,
    (
        select count(*)
        from (
            select
            from crm_sync.rejected_records as reject
            where reject.crm_source = fresh.crm_source
              and reject.sync_type = fresh.sync_type
              and reject.resolved_at is null
            -- the index's order, so that nothing else is read
            order by reject.record_id
            limit %(most_rejects)s
        ) as counted
    ) as open_rejects,
    fresh.dag_id,
    fresh.run_id
from crm_sync.freshness as fresh
where (%(crm_sources)s::text[] is null or fresh.crm_source = any(%(crm_sources)s))
  and (%(sync_type)s::text is null or fresh.sync_type = %(sync_type)s)
order by fresh.crm_source, fresh.sync_type
