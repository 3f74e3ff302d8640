-- Writes down the quota that a process keeps, for people: the budget itself gets it with each call.
-- Parameters: crm_source, account, endpoint_class; per_day (null: none), day_zone, unit. No result.
insert into crm_sync.rate_budget as budget (crm_source, account, endpoint_class, per_day, day_zone, unit)
values (%(crm_source)s, %(account)s, %(endpoint_class)s, %(per_day)s, %(day_zone)s, %(unit)s)
on conflict (crm_source, account, endpoint_class) do update
set
    per_day = excluded.per_day,
    day_zone = excluded.day_zone,
    unit = excluded.unit
where (budget.per_day, budget.day_zone, budget.unit) is distinct from (excluded.per_day, excluded.day_zone, excluded.unit)
