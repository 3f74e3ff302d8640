-- Entities that have an open row.
-- Parameters: none. Result: crm_source, sync_type; by name.
select
    crm_source,
    sync_type
from crm_sync.sync_history
where status = 'running'
order by crm_source, sync_type
