-- Figures of a run, locked until the end of the transaction.
-- Parameters: id. Result: no row, or performance_metrics.
select performance_metrics
from crm_sync.sync_history
where id = %(id)s
for no key update
