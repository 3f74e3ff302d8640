-- What is wrong although runs end well. A kind that is not asked for takes no time.
-- Parameters: crm_source, sync_type, kinds (array; each null: any). Result: columns as in insight/further.py.
select
    crm_source,
    sync_type,
    finding,
    since,
    sentence
from crm_sync.further_findings
where (%(crm_source)s::text is null or crm_source = %(crm_source)s)
  and (%(sync_type)s::text is null or sync_type = %(sync_type)s)
  and (%(kinds)s::text[] is null or finding = any(%(kinds)s::text[]))
order by crm_source, sync_type, finding
