-- What the stage of an owner has done, for people.
-- Parameters: sync_history_id, token, progress (json). Result: none.
update crm_sync.sync_owners
set progress = %(progress)s::jsonb || jsonb_build_object('token', token::text)
where sync_history_id = %(sync_history_id)s
  and token = %(token)s
