-- Removes some of the rejects that were resolved long ago.
-- Parameters: before, most. Result: how many were removed.
with old as (
    select reject.id
    from crm_sync.rejected_records as reject
    where reject.resolved_at < %(before)s
    order by reject.resolved_at
    limit %(most)s
    for update skip locked
),
gone as (
    delete from crm_sync.rejected_records as reject
    using old
    where reject.id = old.id
    returning reject.id
)
select count(*) from gone
