-- Keeps what a look found of one CRM; an earlier look that ends later changes nothing.
-- Parameters: crm_source, looked_at, found (JSON). No result.
insert into crm_sync.looks as look (crm_source, looked_at, found)
values (%(crm_source)s, %(looked_at)s, %(found)s::jsonb)
on conflict (crm_source) do update
set
    looked_at = excluded.looked_at,
    found = excluded.found
where look.looked_at <= excluded.looked_at
