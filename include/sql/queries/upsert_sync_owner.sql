-- Makes a process the owner of a history row.
-- Parameters: sync_history_id, dag_id, run_id, try_number, in_process, host, pid, token. Result: none.
insert into crm_sync.sync_owners (
    sync_history_id, dag_id, run_id, try_number, in_process, host, pid, token
)
values (
    %(sync_history_id)s, %(dag_id)s, %(run_id)s, %(try_number)s, %(in_process)s, %(host)s, %(pid)s, %(token)s
)
on conflict (sync_history_id) do update
set
    dag_id = excluded.dag_id,
    run_id = excluded.run_id,
    try_number = excluded.try_number,
    in_process = excluded.in_process,
    host = excluded.host,
    pid = excluded.pid,
    token = excluded.token,
    heartbeat_at = clock_timestamp()
