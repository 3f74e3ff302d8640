-- How many open rejects a run saw last.
-- Parameters: id, most (more are not counted). Result: one number.
select count(*)
from (
    select
    from crm_sync.rejected_records as reject
    where reject.sync_history_id = %(id)s
      and reject.resolved_at is null
    -- the index's order, so that nothing else is read
    order by reject.rule, reject.field
    limit %(most)s
) as counted
