-- Open rejects without the records themselves, in the order of an index: a million of them are never sorted.
-- Parameters: crm_source, sync_type, rule (each null: any), most. Result: columns as in insight/rejects.py.
select
    reject.id,
    reject.crm_source,
    reject.sync_type,
    reject.record_id,
    reject.field,
    reject.rule,
    reject.error,
    reject.value,
    reject.times_seen,
    reject.first_seen_at,
    reject.last_seen_at,
    reject.sync_history_id
from crm_sync.rejected_records as reject
where reject.resolved_at is null
  and (%(crm_source)s::text is null or reject.crm_source = %(crm_source)s)
  and (%(sync_type)s::text is null or reject.sync_type = %(sync_type)s)
  and (%(rule)s::text is null or reject.rule = %(rule)s)
order by reject.crm_source, reject.sync_type, reject.record_id, reject.field, reject.rule
limit %(most)s
