-- Alerts that last, and those of whose beginning or end somebody has to be told yet, oldest first.
-- Parameters: crm_sources. Result: columns as in alerts/ledger.py.
select
    id,
    crm_source,
    sync_type,
    cause,
    sentence,
    since,
    told_to,
    told_at,
    over_at,
    over_told_to,
    over_told_at
from crm_sync.alerts
where crm_source = any(%(crm_sources)s)
  and (over_at is null or told_at is null or over_told_at is null)
order by id
