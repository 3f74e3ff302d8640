-- What has been applied to this database.
-- Parameters: none. Result: name, checksum.
select
    name,
    checksum
from crm_sync.schema_migrations
