-- What the latest run that knew it filled columns by label from: by column, source path by label.
-- Parameters: crm_source, sync_type. Result: no row or one.
select configuration -> 'labels'
from crm_sync.sync_history
where crm_source = %(crm_source)s
  and sync_type = %(sync_type)s
  and status in ('success', 'partial')
  and configuration -> 'labels' is not null
order by id desc
limit 1
