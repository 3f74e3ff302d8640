-- The process at work on a run.
-- Parameters: id. Result: no row or one: last sign of life; what the stage has done, null where it has not said so yet.
select
    heartbeat_at,
    -- what another stage, or an earlier try, has told says nothing about this one
    case when progress ->> 'token' = token::text then progress end
from crm_sync.sync_owners
where sync_history_id = %(id)s
