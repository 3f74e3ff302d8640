-- Where the latest run that ended well was cut off by a quota.
-- Parameters: crm_source, sync_type. Result: no row, or one with null (it was not cut off) or plan and cursors.
select configuration -> 'resume'
from crm_sync.sync_history
where crm_source = %(crm_source)s
  and sync_type = %(sync_type)s
  and status in ('success', 'partial')
  and configuration -> 'window' ->> 'mode' <> 'replay'
order by id desc
limit 1
