-- Parameters: before. Result: how many rejects were resolved before.
select count(*)
from crm_sync.rejected_records
where resolved_at < %(before)s
