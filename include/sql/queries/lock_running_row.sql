-- The fence: locks the own row for the rest of the transaction, if it still is running and still ours.
-- Parameters: id, token (null: whoever the owner is). Result: no row, or progress.
select coalesce(run.configuration -> 'progress', '{}'::jsonb) as progress
from crm_sync.sync_history as run
where run.id = %(id)s
  and run.status = 'running'
  and (
      %(token)s::uuid is null
      or exists (
          select 1
          from crm_sync.sync_owners as owner
          where owner.sync_history_id = run.id
            and owner.token = %(token)s::uuid
      )
  )
for no key update of run
