-- Writes down that one way has told of alerts. Parameters: ids, label. No result.
update crm_sync.alerts
set told_to = array_append(told_to, %(label)s)
where id = any(%(ids)s)
  and not %(label)s = any(told_to)
