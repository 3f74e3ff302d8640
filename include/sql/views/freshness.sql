-- The latest run of each entity, how far its table reaches, how long it usually is between two complete runs, and how
-- many runs went well. Runs that wrote to a table of another name, or before the table was made anew, say nothing about
-- the rows in it; see queries/select_watermark.sql.
-- Result: one row per entity that ever ran; usual_gap is null before the third complete run; last_error is of the latest
-- run that has ended, due the schedule as the last complete run was told of it.
create or replace view crm_sync.freshness as
select
    -- of the list of entities, so that whoever asks for one of them does not wait for the others
    entity.crm_source,
    entity.sync_type,
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
    now() - good.window_until as lag,
    -- a query of its own, so that whoever does not ask for it does not wait for it
    (
        select
            case
                when count(steps.gap) >= 2 then percentile_cont(0.5) within group (order by steps.gap)
            end
        from (
            select last_ones.window_until - lag(last_ones.window_until) over (order by last_ones.window_until) as gap
            from (
                select crm_sync.window_until(run.configuration) as window_until
                from crm_sync.sync_history as run
                where run.crm_source = entity.crm_source
                  and run.sync_type = entity.sync_type
                  and run.status in ('success', 'partial')
                  and run.configuration -> 'window' ->> 'complete' = 'true'
                order by crm_sync.window_until(run.configuration) desc
                limit 20
            ) as last_ones
        ) as steps
    ) as usual_gap,
    recent.runs_24h,
    recent.runs_24h - recent.failed_24h as good_24h,
    recent.runs_7d,
    recent.runs_7d - recent.failed_7d as good_7d,
    failing.failures_in_a_row,
    owner.dag_id,
    owner.run_id,
    failing.failing_since,
    case
        when latest.status <> 'running' then latest.error_message
        else (
            select run.error_message
            from crm_sync.sync_history as run
            where run.crm_source = entity.crm_source
              and run.sync_type = entity.sync_type
              and run.status <> 'running'
            order by run.start_time desc, run.id desc
            limit 1
        )
    end as last_error,
    good.due
from crm_sync.entities as entity
cross join lateral (
    select *
    from crm_sync.sync_history as run
    where run.crm_source = entity.crm_source and run.sync_type = entity.sync_type
    order by run.start_time desc, run.id desc
    limit 1
) as latest
left join lateral (
    select
        run.end_time,
        crm_sync.window_until(run.configuration) as window_until,
        run.configuration -> 'due' as due
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
      and crm_sync.window_until(run.configuration) is not null
    order by crm_sync.window_until(run.configuration) desc, run.id desc
    limit 1
) as good on true
-- A week has thousands of runs, of which few fail. Whole days are counted already, and what is before the first of them
-- in an index; the failed ones have an index of their own.
cross join lateral (
    select
        days.runs_24h + before_day.runs
            - (latest.status = 'running' and latest.start_time > moment.day_ago)::integer as runs_24h,
        days.runs_7d + before_week.runs
            - (latest.status = 'running' and latest.start_time > moment.week_ago)::integer as runs_7d,
        failed.runs_24h as failed_24h,
        failed.runs_7d as failed_7d
    from (
        select
            now() - interval '24 hours' as day_ago,
            now() - interval '7 days' as week_ago,
            ((now() - interval '24 hours') at time zone 'UTC')::date as day_begun,
            ((now() - interval '7 days') at time zone 'UTC')::date as week_begun
    ) as moment
    cross join lateral (
        select
            coalesce(sum(whole.runs) filter (where whole.day > moment.day_begun), 0)::bigint as runs_24h,
            coalesce(sum(whole.runs), 0)::bigint as runs_7d
        from crm_sync.daily_runs as whole
        where whole.crm_source = entity.crm_source
          and whole.sync_type = entity.sync_type
          and whole.day > moment.week_begun
    ) as days
    cross join lateral (
        select count(*) as runs
        from crm_sync.sync_history as run
        where run.crm_source = entity.crm_source
          and run.sync_type = entity.sync_type
          and run.start_time > moment.day_ago
          and run.start_time < (moment.day_begun + 1)::timestamp at time zone 'UTC'
    ) as before_day
    cross join lateral (
        select count(*) as runs
        from crm_sync.sync_history as run
        where run.crm_source = entity.crm_source
          and run.sync_type = entity.sync_type
          and run.start_time > moment.week_ago
          and run.start_time < (moment.week_begun + 1)::timestamp at time zone 'UTC'
    ) as before_week
    cross join lateral (
        select
            count(*) filter (where run.start_time > moment.day_ago) as runs_24h,
            count(*) as runs_7d
        from crm_sync.sync_history as run
        where run.crm_source = entity.crm_source
          and run.sync_type = entity.sync_type
          and run.status = 'failed'
          and run.start_time > moment.week_ago
    ) as failed
) as recent
cross join lateral (
    select
        count(*) as failures_in_a_row,
        min(failed.start_time) as failing_since
    from crm_sync.sync_history as failed
    where failed.crm_source = entity.crm_source
      and failed.sync_type = entity.sync_type
      and failed.status = 'failed'
      -- behind a good one nothing has failed, and nothing is looked up
      and latest.status in ('failed', 'running')
      and failed.start_time > greatest(
          now() - interval '7 days',
          (
              select ended.start_time
              from crm_sync.sync_history as ended
              where ended.crm_source = entity.crm_source
                and ended.sync_type = entity.sync_type
                and ended.status in ('success', 'partial')
                and ended.start_time > now() - interval '7 days'
              order by ended.start_time desc, ended.id desc
              limit 1
          )
      )
) as failing
left join crm_sync.sync_owners as owner on owner.sync_history_id = latest.id;

comment on view crm_sync.freshness is
    'Per entity: how far its table reaches, the usual time between two complete runs, and the runs of a day and a week';
