-- What is wrong at the moment, one sentence each. The schedule is the one that the last complete run was told of:
-- `crm-sync status` says the same, and knows of a change to the YAML before the next run.
-- Result: one row per entity and finding, none when all is well; sync_type is null where it is about the CRM as a whole.
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
        count(*) filter (where tick.moment > fresh.last_good_end_time) as ahead,
        count(*) filter (where tick.moment > fresh.last_good_end_time and tick.moment < now()) as passed,
        (max(tick.moment) - min(tick.moment)) / nullif(count(*) - 1, 0) as gap
    from (
        select value::timestamptz as moment
        from jsonb_array_elements_text(coalesce(fresh.due -> 'ticks', '[]')) as value
    ) as tick
) as ticks
cross join lateral (
    select
        'failed' as finding,
        coalesce(fresh.failing_since, fresh.start_time) as since,
        format(
            'The last %s run(s) failed; the latest, because: %s',
            fresh.failures_in_a_row,
            coalesce(left(fresh.last_error, 300), 'no reason was noted')
        ) as sentence
    where fresh.status = 'failed'
       or (fresh.status = 'running' and fresh.failures_in_a_row > 0)
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
        fresh.last_good_end_time,
        format(
            'The last complete run ended %s, and two have been due since.',
            to_char(fresh.last_good_end_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
        )
    where case
            -- a run of an earlier version, which noted no schedule
            when fresh.due is null then fresh.lag > 3 * fresh.usual_gap
            when ticks.ahead < 2 then now() > fresh.last_good_end_time + 3 * ticks.gap
            else ticks.passed >= 2
        end
      and now() - fresh.last_good_end_time
          > coalesce((fresh.due ->> 'every_s')::double precision, 0) * 2 * interval '1 second'
    union all
    select
        'never',
        fresh.start_time,
        'No run has read it completely yet.'
    where fresh.watermark is null
      and (fresh.status <> 'running' or fresh.runs_7d > 0)
) as found
union all
select
    further.crm_source,
    further.sync_type,
    further.finding,
    further.since,
    further.sentence
from crm_sync.further_findings as further;

comment on view crm_sync.health is 'What is wrong at the moment: one row and sentence per entity and finding';
