-- How much of its budgets a CRM has used today. Parameters: crm_source. Result: account, endpoint_class, used, per_day.
select
    account,
    endpoint_class,
    case
        when day_zone is null or quota_day is null then total_count
        when quota_day = (now() at time zone day_zone)::date then day_count
        else 0
    end as used,
    per_day
from crm_sync.rate_budget
where crm_source = %(crm_source)s
order by account, endpoint_class
