-- The vendor asked for a pause: no call of this class before it is over.
-- Parameters: crm_source, account, endpoint_class, pause_s. Result: none.
insert into crm_sync.rate_budget as budget (crm_source, account, endpoint_class, blocked_until)
values (
    %(crm_source)s,
    %(account)s,
    %(endpoint_class)s,
    clock_timestamp() + make_interval(secs => %(pause_s)s)
)
on conflict (crm_source, account, endpoint_class) do update
set blocked_until = greatest(budget.blocked_until, excluded.blocked_until)
