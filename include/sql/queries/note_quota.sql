-- Writes down the quota that a process keeps, for people: the budget itself gets it with each call.
-- Parameters: the row's key; per_day (null: none), day_zone, unit. No result.
update crm_sync.rate_budget
set
    per_day = %(per_day)s,
    day_zone = %(day_zone)s,
    unit = %(unit)s
where crm_source = %(crm_source)s
  and account = %(account)s
  and endpoint_class = %(endpoint_class)s
  and (per_day, day_zone, unit) is distinct from (%(per_day)s, %(day_zone)s, %(unit)s)
