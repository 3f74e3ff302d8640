-- What an entity's latest runs noted of the source's keys, oldest first.
-- Parameters: crm_source, sync_type, most (runs that are looked at). Result: id, end_time, keys, labels, missing fields.
select
    run.id,
    run.end_time,
    run.configuration -> 'keys',
    run.configuration -> 'labels',
    run.configuration -> 'source' -> 'missing_fields'
from (
    select *
    from crm_sync.sync_history as one
    where one.crm_source = %(crm_source)s
      and one.sync_type = %(sync_type)s
    order by one.start_time desc, one.id desc
    limit %(most)s
) as run
where run.status in ('success', 'partial')
order by run.start_time, run.id
