-- Notes an applied file.
-- Parameters: name, checksum. Result: none.
insert into crm_sync.schema_migrations (name, checksum)
values (%(name)s, %(checksum)s)
on conflict (name) do update
set
    checksum = excluded.checksum,
    applied_at = clock_timestamp()
