-- The last look at each of some CRMs. Parameters: crm_sources (array). Result: crm_source, looked_at, found (JSON).
select
    crm_source,
    looked_at,
    found
from crm_sync.looks
where crm_source = any(%(crm_sources)s)
order by crm_source
