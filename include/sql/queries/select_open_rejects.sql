-- The next records to replay: each record once, as it was seen last, with all rules it is open for.
-- Parameters: crm_source, sync_type, after (record_id of the last one, '' to begin), batch.
-- Result: rows by record_id.
select
    record_id,
    (array_agg(record::text order by last_seen_at desc, id desc) filter (where record is not null))[1] as record,
    max(last_seen_at) as last_seen_at,
    array_agg(distinct rule) as rules,
    bool_or(record_altered) as record_altered
from crm_sync.rejected_records
where crm_source = %(crm_source)s
  and sync_type = %(sync_type)s
  and resolved_at is null
  and record_id > %(after)s
group by record_id
having bool_or(record is not null)
order by record_id
limit %(batch)s
