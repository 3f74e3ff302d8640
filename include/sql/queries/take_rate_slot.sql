-- Promises one call and names its moment, by which a promise that was not used can be moved (move_rate_slot.sql).
-- Two statements in one transaction: the first keeps the row locked, so that the second reads what it has written.
-- Parameters: see crm_sync.take_rate_slot. Result: wait_s (null: quota used up), retry_at, slot (null: can't be moved), and
-- spent_s: how long the server itself took, waiting for the row included.
select set_config('crm_sync.rate_retry_at', coalesce(retry_at::text, ''), true)
from crm_sync.take_rate_slot(
    %(crm_source)s,
    %(account)s,
    %(endpoint_class)s,
    %(max_calls)s,
    %(window_s)s,
    %(spacing_s)s,
    %(per_day)s,
    %(day_zone)s
);

select
    case
        when current_setting('crm_sync.rate_retry_at') = ''
            then greatest(0, extract(epoch from row.last_slot_at - clock_timestamp()))::double precision
    end as wait_s,
    nullif(current_setting('crm_sync.rate_retry_at'), '')::timestamptz as retry_at,
    -- of calls in groups, only each group's last one is known
    case when row.group_size = 1 then row.last_slot_at end as slot,
    extract(epoch from clock_timestamp() - statement_timestamp())::double precision as spent_s
from crm_sync.rate_budget as row
where
    row.crm_source = %(crm_source)s
    and row.account = %(account)s
    and row.endpoint_class = %(endpoint_class)s
