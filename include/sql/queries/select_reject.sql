-- One reject with the record as it was fetched, masked.
-- Parameters: id. Result: no row or one: crm_source, sync_type, rule, field, record, record_altered.
select
    crm_source,
    sync_type,
    rule,
    field,
    record,
    record_altered
from crm_sync.rejected_records
where id = %(id)s
