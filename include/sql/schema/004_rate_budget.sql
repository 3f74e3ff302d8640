-- The rate budget that all tasks, workers and machines share: one row per account and endpoint class, one function.
-- Why it is made like this: docs/adr/0003-rate-budget-in-postgresql.md.

create table crm_sync.rate_budget (
    crm_source text not null,
    account text not null,
    endpoint_class text not null,
    slots timestamptz[] not null default '{}',
    last_slot_at timestamptz,
    group_size integer not null default 1,
    group_count integer not null default 0,
    blocked_until timestamptz,
    quota_day date,
    day_count bigint not null default 0,
    total_count bigint not null default 0,
    primary key (crm_source, account, endpoint_class)
)
with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

comment on table crm_sync.rate_budget is 'Calls already promised to the processes of one CRM account; state only, the limits come with each call';
comment on column crm_sync.rate_budget.crm_source is 'CRM account as named in the configs';
comment on column crm_sync.rate_budget.account is 'Whose limit it is at the vendor, for example the portal';
comment on column crm_sync.rate_budget.endpoint_class is 'Family of endpoints with a limit of its own';
comment on column crm_sync.rate_budget.slots is 'Moments of the last promised calls (of each group''s last call), oldest first, at most 200';
comment on column crm_sync.rate_budget.last_slot_at is 'Moment of the last promised call';
comment on column crm_sync.rate_budget.group_size is 'Calls that one element of slots stands for';
comment on column crm_sync.rate_budget.group_count is 'Calls in the last, unfinished group';
comment on column crm_sync.rate_budget.blocked_until is 'No call before this moment: the vendor asked for a pause';
comment on column crm_sync.rate_budget.quota_day is 'Day, in the quota''s time zone, that day_count belongs to';
comment on column crm_sync.rate_budget.day_count is 'Calls promised on that day';
comment on column crm_sync.rate_budget.total_count is 'Calls promised since the row exists';

-- Promises one call and says how long to wait for it.
--
-- The call number k is not promised before the call number k - max_calls plus window_s. So any max_calls + 1 calls
-- in a row span at least window_s, whoever makes them: no rolling window holds more than max_calls. The caller makes
-- window_s a little longer than the vendor's, by what the way to the vendor may shift one call against another.
-- Beyond 200 calls a window, calls are kept in groups of equal size; the same holds for the groups' last calls.
--
-- Parameters: the row's key; max_calls in window_s seconds; spacing_s, the least distance of two calls;
--   per_day (null: none) and the time zone whose midnight starts a day.
-- Result: one row. wait_s: seconds from now, null when the day's quota is used up; retry_at: when it comes back.
create function crm_sync.take_rate_slot(
    in the_source text,
    in the_account text,
    in the_class text,
    in max_calls integer,
    in window_s double precision,
    in spacing_s double precision,
    in per_day bigint,
    in day_zone text,
    out wait_s double precision,
    out retry_at timestamptz
)
language plpgsql
as $$
declare
    budget crm_sync.rate_budget;
    calls_per_group integer := (max_calls + 199) / 200;
    groups integer := max_calls / calls_per_group;
    at_once timestamptz;
    slot timestamptz;
    slot_day date;
begin
    loop
        select * into budget
        from crm_sync.rate_budget as row
        where row.crm_source = the_source and row.account = the_account and row.endpoint_class = the_class
        for update;
        exit when found;
        insert into crm_sync.rate_budget (crm_source, account, endpoint_class)
        values (the_source, the_account, the_class)
        on conflict do nothing;
    end loop;
    -- Read after the row lock: time spent waiting for it is past.
    at_once := clock_timestamp();

    -- A clock that was set back must not stop all calls until it has caught up.
    if budget.last_slot_at > at_once + make_interval(secs => greatest(3600, 4 * window_s)) then
        budget.slots := array_fill(at_once, array[groups]);
        budget.last_slot_at := at_once;
        budget.blocked_until := null;
    end if;
    -- Another limit than before: what was promised under the old one is taken as one burst at its last moment.
    if budget.group_size <> calls_per_group then
        if budget.last_slot_at is not null then
            budget.slots := array_fill(budget.last_slot_at, array[groups]);
        end if;
        budget.group_size := calls_per_group;
        budget.group_count := 0;
    end if;
    if cardinality(budget.slots) > groups then
        budget.slots := budget.slots[cardinality(budget.slots) - groups + 1:];
    end if;

    slot := greatest(at_once, budget.blocked_until, budget.last_slot_at + make_interval(secs => spacing_s));
    -- slots[1] is the last call of the group that is `groups` groups back.
    if cardinality(budget.slots) = groups then
        slot := greatest(slot, budget.slots[1] + make_interval(secs => window_s));
    end if;

    if per_day is not null then
        slot_day := (slot at time zone day_zone)::date;
        if budget.quota_day is distinct from slot_day then
            budget.quota_day := slot_day;
            budget.day_count := 0;
        end if;
        if budget.day_count >= per_day then
            retry_at := (slot_day + 1)::timestamp at time zone day_zone;
            return;
        end if;
        budget.day_count := budget.day_count + 1;
    end if;

    budget.group_count := budget.group_count + 1;
    if budget.group_count >= calls_per_group then
        budget.slots := array_append(
            case when cardinality(budget.slots) = groups then budget.slots[2:] else budget.slots end, slot
        );
        budget.group_count := 0;
    end if;

    update crm_sync.rate_budget as row
    set
        slots = budget.slots,
        last_slot_at = slot,
        group_size = budget.group_size,
        group_count = budget.group_count,
        blocked_until = budget.blocked_until,
        quota_day = budget.quota_day,
        day_count = budget.day_count,
        total_count = budget.total_count + 1
    where row.crm_source = the_source and row.account = the_account and row.endpoint_class = the_class;
    wait_s := greatest(0, extract(epoch from slot - clock_timestamp()));
end
$$;

comment on function crm_sync.take_rate_slot(text, text, text, integer, double precision, double precision, bigint, text) is
    'Promises one call of a shared rate budget and answers how many seconds to wait for it';
