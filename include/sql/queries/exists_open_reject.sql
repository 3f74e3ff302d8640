-- Whether an entity has any open reject.
-- Parameters: crm_source, sync_type. Result: one boolean.
select exists (
    select 1
    from crm_sync.rejected_records
    where crm_source = %(crm_source)s
      and sync_type = %(sync_type)s
      and resolved_at is null
)
