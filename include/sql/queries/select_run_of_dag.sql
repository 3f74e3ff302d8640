-- The number of the newest run of an entity within one run of its DAG.
-- Parameters: dag_id, run_id, crm_source, sync_type. Result: no row or one.
select h.id
from crm_sync.sync_owners as o
join crm_sync.sync_history as h on h.id = o.sync_history_id
where o.dag_id = %(dag_id)s and o.run_id = %(run_id)s and h.crm_source = %(crm_source)s and h.sync_type = %(sync_type)s
order by h.id desc
limit 1
