-- Sign of life of an owner.
-- Parameters: sync_history_id, token. Result: one row while it still is the owner, with has_lock; else none.
update crm_sync.sync_owners as owner
set heartbeat_at = clock_timestamp()
from crm_sync.sync_history as run
where owner.sync_history_id = %(sync_history_id)s
  and owner.token = %(token)s
  and run.id = owner.sync_history_id
returning crm_sync.owner_lock_holder(run.crm_source, run.sync_type) is not distinct from pg_backend_pid() as has_lock
