-- Sums of recent runs for the page in Airflow, kept by the rows of the history themselves: whoever counts a week's runs
-- or adds up a day's calls reads some rows for each entity, and not each run. They are right whatever writes, changes or
-- removes a run, by hand as well, because triggers see all of it. What is older than ten days is never asked for, so
-- such runs are left out of them, and upkeep removes the sums.

create table crm_sync.daily_runs (
    crm_source text not null,
    sync_type text not null,
    day date not null,
    runs bigint not null,
    primary key (crm_source, sync_type, day)
)
with (fillfactor = 50);

comment on table crm_sync.daily_runs is 'How many runs of an entity began on each of the last days, kept by a trigger of sync_history';
comment on column crm_sync.daily_runs.crm_source is 'CRM account';
comment on column crm_sync.daily_runs.sync_type is 'Entity';
comment on column crm_sync.daily_runs.day is 'Day on which they began, UTC';
comment on column crm_sync.daily_runs.runs is 'Rows of sync_history, those that work included';

create table crm_sync.hourly_calls (
    hour timestamptz not null,
    crm_source text not null,
    sync_type text not null,
    calls numeric not null,
    -- all entities of an hour lie side by side
    primary key (hour, crm_source, sync_type)
)
with (fillfactor = 50);

comment on table crm_sync.hourly_calls is 'Calls of an entity''s runs that ended in each of the last hours, kept by a trigger of sync_history';
comment on column crm_sync.hourly_calls.hour is 'Beginning of the hour, UTC';
comment on column crm_sync.hourly_calls.crm_source is 'CRM account';
comment on column crm_sync.hourly_calls.sync_type is 'Entity';
comment on column crm_sync.hourly_calls.calls is 'Sum of api_calls';

create function crm_sync.count_calls(run crm_sync.sync_history)
returns numeric
language sql
immutable
parallel safe
as $$
    select case when jsonb_typeof(run.performance_metrics -> 'api_calls') = 'number'
        then (run.performance_metrics -> 'api_calls')::numeric
    end
$$;

comment on function crm_sync.count_calls(crm_sync.sync_history) is 'Requests to the CRM; null: the run has noted none';

create function crm_sync.sum_up(run crm_sync.sync_history, times integer)
returns void
language sql
as $$
    insert into crm_sync.daily_runs as day (crm_source, sync_type, day, runs)
    select run.crm_source, run.sync_type, (run.start_time at time zone 'UTC')::date, times
    where run.start_time > now() - interval '10 days'
    on conflict (crm_source, sync_type, day) do update
    set runs = day.runs + excluded.runs;

    insert into crm_sync.hourly_calls as made (hour, crm_source, sync_type, calls)
    select
        date_trunc('hour', run.end_time, 'UTC'), run.crm_source, run.sync_type, times * crm_sync.count_calls(run)
    where run.end_time > now() - interval '10 days'
      and crm_sync.count_calls(run) is not null
    on conflict (hour, crm_source, sync_type) do update
    set calls = made.calls + excluded.calls;
$$;

comment on function crm_sync.sum_up(crm_sync.sync_history, integer) is
    'Adds a run to the sums of recent runs, or takes it out of them (times -1)';

create function crm_sync.keep_sums()
returns trigger
language plpgsql
as $$
begin
    -- most runs that upkeep removes, and that are brought along from elsewhere, are older
    if tg_op <> 'INSERT' then
        if coalesce(old.end_time, old.start_time) > now() - interval '10 days' then
            perform crm_sync.sum_up(old, -1);
        end if;
    end if;
    if tg_op <> 'DELETE' then
        if coalesce(new.end_time, new.start_time) > now() - interval '10 days' then
            perform crm_sync.sum_up(new, 1);
        end if;
    end if;
    return null;
end
$$;

comment on function crm_sync.keep_sums() is 'Keeps daily_runs and hourly_calls right';

create function crm_sync.forget_sums()
returns trigger
language plpgsql
as $$
begin
    delete from crm_sync.daily_runs;
    delete from crm_sync.hourly_calls;
    return null;
end
$$;

comment on function crm_sync.forget_sums() is 'Empties daily_runs and hourly_calls when sync_history is emptied';

-- From here on no run is written until the sums and the triggers are there.
lock table crm_sync.sync_history in share row exclusive mode;

create trigger sync_history_added
    after insert or delete on crm_sync.sync_history
    for each row
    execute function crm_sync.keep_sums();

-- A run that works changes many times, and its calls count when it ends.
create trigger sync_history_changed
    after update on crm_sync.sync_history
    for each row
    when (
        old.end_time is distinct from new.end_time
        or old.start_time <> new.start_time
        or (old.crm_source, old.sync_type) <> (new.crm_source, new.sync_type)
        or (
            new.end_time is not null
            and old.performance_metrics -> 'api_calls' is distinct from new.performance_metrics -> 'api_calls'
        )
    )
    execute function crm_sync.keep_sums();

create trigger sync_history_emptied
    after truncate on crm_sync.sync_history
    for each statement
    execute function crm_sync.forget_sums();

-- By entity, in the index that counts them: the table has no index of the beginnings alone.
with recursive entity as (
    (
        select run.crm_source, run.sync_type
        from crm_sync.sync_history as run
        order by run.crm_source, run.sync_type
        limit 1
    )
    union all
    select following.crm_source, following.sync_type
    from entity
    cross join lateral (
        select run.crm_source, run.sync_type
        from crm_sync.sync_history as run
        where (run.crm_source, run.sync_type) > (entity.crm_source, entity.sync_type)
        order by run.crm_source, run.sync_type
        limit 1
    ) as following
)
insert into crm_sync.daily_runs (crm_source, sync_type, day, runs)
select entity.crm_source, entity.sync_type, (run.start_time at time zone 'UTC')::date, count(*)
from entity
cross join lateral (
    select one.start_time
    from crm_sync.sync_history as one
    where one.crm_source = entity.crm_source
      and one.sync_type = entity.sync_type
      and one.start_time > now() - interval '10 days'
) as run
group by entity.crm_source, entity.sync_type, (run.start_time at time zone 'UTC')::date;

insert into crm_sync.hourly_calls (hour, crm_source, sync_type, calls)
select date_trunc('hour', run.end_time, 'UTC'), run.crm_source, run.sync_type, sum(crm_sync.count_calls(run))
from crm_sync.sync_history as run
where run.end_time > now() - interval '10 days'
  and crm_sync.count_calls(run) is not null
group by date_trunc('hour', run.end_time, 'UTC'), run.crm_source, run.sync_type;

comment on column crm_sync.proofs.source_count is
    'Records that the source gave, or said that it has, without those that it calls deleted; null: not known';

-- The worst of a comparison, without a look at all that found nothing.
create index proofs_bad
    on crm_sync.proofs (crm_source, sync_type, ended_at desc, id desc)
    where verdict <> 'equal' and method <> 'count';
