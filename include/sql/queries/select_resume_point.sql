-- Where the latest run that ended well was cut off by a quota; nothing if what it saved is not in the table as it is now:
-- that was made anew since, has another name, or is gone.
-- Parameters: crm_source, sync_type, table_schema, table_name. Result: no row, or one with null (it was not cut off) or
-- plan and cursors.
select
    case
        when to_regclass(quote_ident(%(table_schema)s) || '.' || quote_ident(%(table_name)s)) is not null
            and coalesce(latest.configuration ->> 'table', %(table_schema)s || '.' || latest.sync_type)
                = %(table_schema)s || '.' || %(table_name)s
            and not exists (
                select
                from crm_sync.sync_history as newer
                where newer.crm_source = latest.crm_source
                  and newer.sync_type = latest.sync_type
                  and newer.id > latest.id
                  and newer.configuration ? 'new_table'
            )
            then latest.configuration -> 'resume'
    end
from crm_sync.sync_history as latest
where latest.crm_source = %(crm_source)s
  and latest.sync_type = %(sync_type)s
  and latest.status in ('success', 'partial')
  and latest.configuration -> 'window' ->> 'mode' <> 'replay'
order by latest.id desc
limit 1
