-- What can be wrong although runs end well: a run that nobody works on, a source that says far less than usual, many
-- rejected records, a table that differs from its source, and a quota near its end.
-- Result: one row per entity and finding; sync_type is null where it is about the CRM as a whole.
create or replace view crm_sync.further_findings as
select
    run.crm_source,
    run.sync_type,
    'abandoned' as finding,
    owner.heartbeat_at as since,
    format(
        'Run %s is open and nobody works on it: last sign of life %s.',
        run.id,
        to_char(owner.heartbeat_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
    ) as sentence
from crm_sync.sync_history as run
inner join crm_sync.sync_owners as owner on owner.sync_history_id = run.id
where run.status = 'running'
  -- a run waits up to six hours for a limit, and has no process then
  and owner.heartbeat_at < now() - interval '7 hours'
  -- looked up for those alone: it takes longer than all else here
  and case
          when owner.heartbeat_at < now() - interval '7 hours'
          then crm_sync.owner_lock_holder(run.crm_source, run.sync_type) is null
      end
union all
-- The latest whole hour, of the last 24, that the eight weeks before can judge: deltas ran in it in at least four of
-- them, and brought 50 records in the middle one. A holiday has been one of them, so the least counts, too.
select
    entity.crm_source,
    entity.sync_type,
    'silent',
    judged.start_hour,
    format(
        '%s records came by the runs of %s to %s; at this hour of this weekday it is usually %s, and was never below %s.',
        judged.records,
        to_char(judged.start_hour at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
        to_char((judged.start_hour + interval '1 hour') at time zone 'UTC', 'HH24:MI "UTC"'),
        round(judged.median),
        judged.least
    )
from crm_sync.entities as entity
cross join lateral (
    select
        present.start_hour,
        present.records,
        past.median,
        past.least
    from (
        -- newest first, so that no hour is looked up behind the first one that can be judged
        select
            date_trunc('hour', run.start_time, 'UTC') as start_hour,
            sum(run.records_processed) as records
        from crm_sync.sync_history as run
        where run.crm_source = entity.crm_source
          and run.sync_type = entity.sync_type
          and run.start_time >= date_trunc('hour', now(), 'UTC') - interval '24 hours'
          and run.start_time < date_trunc('hour', now(), 'UTC')
          and run.status in ('success', 'partial')
          and run.configuration -> 'window' ->> 'mode' = 'delta'
        group by date_trunc('hour', run.start_time, 'UTC')
        order by date_trunc('hour', run.start_time, 'UTC') desc
    ) as present
    cross join lateral (
        select
            count(week.records) as weeks,
            percentile_cont(0.5) within group (order by week.records) as median,
            min(week.records) as least
        from generate_series(1, 8) as earlier (weeks_ago)
        cross join lateral (
            select sum(run.records_processed) as records
            from crm_sync.sync_history as run
            where run.crm_source = entity.crm_source
              and run.sync_type = entity.sync_type
              and run.start_time >= present.start_hour - earlier.weeks_ago * interval '168 hours'
              and run.start_time < present.start_hour - earlier.weeks_ago * interval '168 hours' + interval '1 hour'
              and run.status in ('success', 'partial')
              and run.configuration -> 'window' ->> 'mode' = 'delta'
        ) as week
    ) as past
    where past.weeks >= 4
      and past.median >= 50
    order by present.start_hour desc
    limit 1
) as judged
where judged.records < 0.1 * judged.median
  and judged.records < judged.least
union all
select
    entity.crm_source,
    entity.sync_type,
    'rejecting',
    day.since,
    format(
        '%s of %s records of the last 24 hours were rejected; up to 5 %% is usual.', day.failed, day.processed
    )
from crm_sync.entities as entity
cross join lateral (
    select
        sum(run.records_processed) as processed,
        sum(run.records_failed) as failed,
        min(run.start_time) filter (where run.records_failed > 0) as since
    from crm_sync.sync_history as run
    where run.crm_source = entity.crm_source
      and run.sync_type = entity.sync_type
      and run.start_time > now() - interval '24 hours'
      and run.status <> 'running'
) as day
where day.failed >= 10
  and day.failed > 0.05 * day.processed
union all
select
    proof.crm_source,
    proof.sync_type,
    'different',
    proof.since,
    proof.sentence
from crm_sync.different_proofs() as proof
union all
select
    budget.crm_source,
    null,
    'budget',
    null,
    format(
        '%s of %s %s of the day are used (%s, %s); the next day begins at midnight in %s.',
        budget.day_count,
        budget.per_day,
        budget.unit,
        budget.account,
        budget.endpoint_class,
        budget.day_zone
    )
from crm_sync.rate_budget as budget
where budget.quota_day = (now() at time zone budget.day_zone)::date
  and budget.day_count >= 0.9 * budget.per_day;

comment on view crm_sync.further_findings is
    'What can be wrong although runs end well: abandoned, silent, rejecting, different, budget';
