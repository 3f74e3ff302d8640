-- Writes down that everybody was told that alerts are over; one whose beginning nobody told has nothing left to tell.
-- Parameters: ids, now. No result.
update crm_sync.alerts
set
    told_at = coalesce(told_at, %(now)s),
    over_told_at = %(now)s
where id = any(%(ids)s)
