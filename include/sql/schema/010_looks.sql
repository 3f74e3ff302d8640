-- What the last look of the DAG crm_sync_health found of that which takes too long to find for each page that is
-- opened: it sums up the runs of weeks. One row for each CRM, so that nothing has to be removed.

create table crm_sync.looks (
    crm_source text primary key,
    looked_at timestamptz not null,
    found jsonb not null,
    constraint looks_found_check
        check (jsonb_typeof(found) = 'array')
);

comment on table crm_sync.looks is
    'When crm_sync_health last looked at each CRM, and the silence and many rejects that it found, for the page in Airflow';
comment on column crm_sync.looks.crm_source is 'CRM account';
comment on column crm_sync.looks.looked_at is 'When it looked: what it found is as old';
comment on column crm_sync.looks.found is 'Objects: sync_type, finding, since, sentence, as crm_sync.health had them';

-- The latest comparison of a whole, without a look at all the slices after it.
create index proofs_whole
    on crm_sync.proofs (crm_source, sync_type, ended_at desc, id desc)
    where method = 'full' and verdict <> 'not provable';
