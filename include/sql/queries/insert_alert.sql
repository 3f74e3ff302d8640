-- Writes down a finding, unless it is there and lasts.
-- Parameters: crm_source, sync_type, cause, sentence, since; unless_failed_since: not if an alert about a failure of the
-- entity lasted at this moment or later (null: in any case). No result.
insert into crm_sync.alerts (crm_source, sync_type, cause, sentence, since)
select
    %(crm_source)s,
    %(sync_type)s,
    %(cause)s,
    %(sentence)s,
    %(since)s
where not exists (
    select
    from crm_sync.alerts as earlier
    where earlier.crm_source = %(crm_source)s
      and earlier.sync_type = %(sync_type)s
      and starts_with(earlier.cause, 'failed')
      and coalesce(earlier.over_at, 'infinity') > %(unless_failed_since)s::timestamptz
)
on conflict (crm_source, sync_type, cause) where over_at is null do nothing
