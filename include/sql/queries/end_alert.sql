-- Writes down that an alert is over. Parameters: id, now. No result.
update crm_sync.alerts
set over_at = %(now)s
where id = %(id)s
  and over_at is null
