-- What is promised of each rate budget at this moment.
-- Parameters: crm_sources (array). Result: columns as in insight/budgets.py, and the moment of this answer.
select
    crm_source,
    account,
    endpoint_class,
    slots,
    group_size,
    group_count,
    blocked_until,
    quota_day,
    day_count,
    total_count,
    clock_timestamp()
from crm_sync.rate_budget
where crm_source = any(%(crm_sources)s)
order by crm_source, account, endpoint_class
