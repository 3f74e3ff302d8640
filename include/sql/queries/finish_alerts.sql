-- Writes down that everybody was told of alerts. Parameters: ids, now. No result.
update crm_sync.alerts
set told_at = %(now)s
where id = any(%(ids)s)
