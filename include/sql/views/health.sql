-- What is wrong at the moment, one sentence each, from the history alone: schedules stand in YAML, and `crm-sync status`
-- knows them.
-- Result: one row per entity and finding; none when all is well.
create or replace view crm_sync.health as
select
    fresh.crm_source,
    fresh.sync_type,
    found.finding,
    found.since,
    found.sentence
from crm_sync.freshness as fresh
cross join lateral (
    select
        'failed' as finding,
        fresh.start_time as since,
        format(
            'The last %s run(s) failed; the latest, run %s, because: %s',
            fresh.failures_in_a_row,
            fresh.sync_history_id,
            coalesce(left(fresh.error_message, 300), 'no reason was noted')
        ) as sentence
    where fresh.status = 'failed'
    union all
    select
        'unreliable',
        now() - interval '24 hours',
        format('%s of %s runs of the last 24 hours went well; at least 80 %% should.', fresh.good_24h, fresh.runs_24h)
    where fresh.runs_24h >= 2
      and fresh.good_24h < 0.8 * fresh.runs_24h
    union all
    select
        'late',
        fresh.watermark + fresh.usual_gap,
        format(
            'The table reaches up to %s; between two complete runs it is usually %s.',
            to_char(fresh.watermark at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
            date_trunc('minute', fresh.usual_gap)
        )
    where fresh.lag > 3 * fresh.usual_gap
    union all
    select
        'never',
        fresh.start_time,
        'No run has read it completely yet.'
    where fresh.watermark is null
      and fresh.status <> 'running'
) as found
union all
select
    run.crm_source,
    run.sync_type,
    'abandoned',
    owner.heartbeat_at,
    format(
        'Run %s is open and nobody works on it: last sign of life %s.',
        run.id,
        to_char(owner.heartbeat_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
    )
from crm_sync.sync_history as run
inner join crm_sync.sync_owners as owner on owner.sync_history_id = run.id
where run.status = 'running'
  -- a run waits up to six hours for a limit, and has no process then
  and owner.heartbeat_at < now() - interval '7 hours'
  and crm_sync.owner_lock_holder(run.crm_source, run.sync_type) is null;

comment on view crm_sync.health is 'What is wrong at the moment by the history: one row and sentence per entity and finding';
