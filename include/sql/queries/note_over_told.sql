-- Writes down that one way has told that alerts are over. Parameters: ids, label. No result.
update crm_sync.alerts
set over_told_to = array_append(over_told_to, %(label)s)
where id = any(%(ids)s)
  and not %(label)s = any(over_told_to)
