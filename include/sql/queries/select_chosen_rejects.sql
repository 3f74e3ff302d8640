-- The next records of a part of the open rejects: each once, as it was seen last, with all rules it is open for.
-- A collision is another record with the same id, so the two never stand for each other.
-- Parameters: crm_source, sync_type, rule (null: any), ids (array, empty: any), collision (name of that rule),
-- after (record_id of the last one, '' to begin), batch.
-- Result: rows by record_id; the record is null where none was kept.
with chosen as (
    select
        record_id,
        bool_or(rule = %(collision)s) as takes_collision,
        bool_or(rule <> %(collision)s) as takes_record
    from crm_sync.rejected_records
    where crm_source = %(crm_source)s
      and sync_type = %(sync_type)s
      and resolved_at is null
      and record_id > %(after)s
      and (%(rule)s::text is null or rule = %(rule)s)
      and (cardinality(%(ids)s::bigint[]) = 0 or id = any(%(ids)s::bigint[]))
    group by record_id
    order by record_id
    limit %(batch)s
)

select
    reject.record_id,
    (array_agg(reject.record::text order by reject.last_seen_at desc, reject.id desc)
        filter (where reject.record is not null))[1] as record,
    max(reject.last_seen_at) as last_seen_at,
    array_agg(distinct reject.rule) as rules,
    bool_or(reject.record_altered) as record_altered
from chosen
join crm_sync.rejected_records as reject on reject.record_id = chosen.record_id
where reject.crm_source = %(crm_source)s
  and reject.sync_type = %(sync_type)s
  and reject.resolved_at is null
  and case when reject.rule = %(collision)s then chosen.takes_collision else chosen.takes_record end
group by reject.record_id
order by reject.record_id
