-- Moves a promised call that did not leave at its moment to now, so that no window loses it.
-- Only one that is still among the last max_calls: no later call was promised a window after it, so none comes too near.
-- The first statement locks the row; only behind it is the clock read.
-- Parameters: crm_source, account, endpoint_class; slot: its moment, as promised; per_day (null: none) and day_zone.
-- Result: one row if it was moved, as in take_rate_slot.sql; none: another call has to be promised.
select 1
from crm_sync.rate_budget as row
where
    row.crm_source = %(crm_source)s
    and row.account = %(account)s
    and row.endpoint_class = %(endpoint_class)s
for update;

update crm_sync.rate_budget as row
set
    slots = array(
        select moment
        from unnest(array_append(array_remove(row.slots, %(slot)s), moved.slot)) as moment
        order by moment
    ),
    last_slot_at = greatest(row.last_slot_at, moved.slot)
-- one that only seemed to be late keeps its moment
from (select greatest(clock_timestamp(), %(slot)s) as slot) as moved
where
    row.crm_source = %(crm_source)s
    and row.account = %(account)s
    and row.endpoint_class = %(endpoint_class)s
    -- of calls in groups, only each group's last one is known
    and row.group_size = 1
    and cardinality(array_remove(row.slots, %(slot)s)) = cardinality(row.slots) - 1
    and (row.blocked_until is null or row.blocked_until <= moved.slot)
    -- it was counted for its own day
    and (
        %(per_day)s is null
        or (moved.slot at time zone %(day_zone)s)::date = (%(slot)s at time zone %(day_zone)s)::date
    )
returning
    greatest(0, extract(epoch from moved.slot - clock_timestamp()))::double precision as wait_s,
    null::timestamptz as retry_at,
    moved.slot,
    extract(epoch from clock_timestamp() - statement_timestamp())::double precision as spent_s
