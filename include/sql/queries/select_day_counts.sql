-- Calls that were promised today of each class of a CRM's rate budget, by the database's clock.
-- Parameters: crm_source, classes, zones (of the same length). Result: one row per class that has a row.
select
    budget.endpoint_class,
    max(case when budget.quota_day = (now() at time zone asked.zone)::date then budget.day_count else 0 end) as calls
from unnest(%(classes)s::text[], %(zones)s::text[]) as asked (endpoint_class, zone)
inner join crm_sync.rate_budget as budget
    on budget.crm_source = %(crm_source)s
    and budget.endpoint_class = asked.endpoint_class
group by budget.endpoint_class
