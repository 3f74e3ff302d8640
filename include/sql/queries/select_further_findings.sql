-- What is wrong although runs end well. Parameters: none. Result: columns as in insight/overview.py.
select
    crm_source,
    sync_type,
    finding,
    since,
    sentence
from crm_sync.further_findings
order by crm_source, sync_type, finding
