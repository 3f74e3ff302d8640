-- Promises one call.
-- Parameters: see crm_sync.take_rate_slot. Result: wait_s (null: quota used up), retry_at.
select
    wait_s,
    retry_at
from crm_sync.take_rate_slot(
    %(crm_source)s,
    %(account)s,
    %(endpoint_class)s,
    %(max_calls)s,
    %(window_s)s,
    %(spacing_s)s,
    %(per_day)s,
    %(day_zone)s
)
