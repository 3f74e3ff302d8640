-- Landing place of the rejects of one chunk; emptied on each use.
-- Parameters: none. Result: none.
create temporary table if not exists new_rejects (
    record_id text,
    field text,
    rule text,
    error text,
    value text,
    record text,
    record_altered boolean
)
on commit drop;

truncate new_rejects
