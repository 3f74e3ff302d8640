-- Whether a run has written rows to the table of an entity as it is now: under its name, and since it was made.
-- Parameters: crm_source, sync_type, table_schema, table_name. Result: one row, has_written (boolean).
select
    exists (
        select
        from crm_sync.sync_history as run
        where run.crm_source = %(crm_source)s
            and run.sync_type = %(sync_type)s
            and run.records_created > 0
            and coalesce(run.configuration ->> 'table', %(table_schema)s || '.' || run.sync_type)
                = %(table_schema)s || '.' || %(table_name)s
            and not exists (
                select
                from crm_sync.sync_history as newer
                where newer.crm_source = run.crm_source
                    and newer.sync_type = run.sync_type
                    and newer.id > run.id
                    and newer.configuration ? 'new_table'
            )
    ) as has_written
