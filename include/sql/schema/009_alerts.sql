-- What people were told of, so that one cause is one message; and what the views of findings need beside the history.

create table crm_sync.alerts (
    id bigint generated always as identity primary key,
    crm_source text not null,
    sync_type text not null default '',
    cause text not null,
    sentence text not null,
    since timestamptz not null,
    told_to text[] not null default '{}',
    told_at timestamptz,
    over_at timestamptz,
    over_told_to text[] not null default '{}',
    over_told_at timestamptz,
    constraint alerts_over_check
        check (over_told_at is null or over_at is not null)
);

create unique index alerts_one_open
    on crm_sync.alerts (crm_source, sync_type, cause)
    where over_at is null;

create index alerts_untold
    on crm_sync.alerts (crm_source)
    where told_at is null or (over_at is not null and over_told_at is null);

comment on table crm_sync.alerts is 'What needs or needed a look, and who was told so; only of CRMs whose YAML has alerts';
comment on column crm_sync.alerts.id is 'Number of the alert';
comment on column crm_sync.alerts.crm_source is 'CRM account';
comment on column crm_sync.alerts.sync_type is 'Entity; empty: the CRM as a whole';
comment on column crm_sync.alerts.cause is 'Kind of finding, and the error of a failed run; entities with one cause share a message';
comment on column crm_sync.alerts.sentence is 'Why, when it was found';
comment on column crm_sync.alerts.since is 'When it began, as far as it is known; otherwise when it was found';
comment on column crm_sync.alerts.told_to is 'Ways by which its beginning was told';
comment on column crm_sync.alerts.told_at is 'When all of them had told it; null: it is tried again';
comment on column crm_sync.alerts.over_at is 'When it was found to be over; null while it lasts';
comment on column crm_sync.alerts.over_told_to is 'Ways by which its end was told';
comment on column crm_sync.alerts.over_told_at is 'When all of them had told its end; null: it lasts, or is tried again';

alter table crm_sync.rate_budget
    add column per_day bigint,
    add column day_zone text,
    add column unit text;

comment on column crm_sync.rate_budget.per_day is 'Quota of a day as the latest process kept it, without the reserve; null: none';
comment on column crm_sync.rate_budget.day_zone is 'Time zone whose midnight starts the quota''s day';
comment on column crm_sync.rate_budget.unit is 'What is counted, for people';

-- Entities whose latest proof found the table different from its source. The table of proofs may not be there.
create function crm_sync.different_proofs()
returns table (crm_source text, sync_type text, since timestamptz, sentence text)
language plpgsql
stable
as $$
begin
    if to_regclass('crm_sync.proofs') is null then
        return;
    end if;
    return query execute $query$
        select
            latest.crm_source,
            latest.sync_type,
            latest.ended_at,
            format(
                'A comparison with the source (%s) found %s differences in %s records.',
                latest.method,
                latest.differences,
                latest.compared
            )
        from (
            select distinct on (proof.crm_source, proof.sync_type) proof.*
            from crm_sync.proofs as proof
            where proof.ended_at is not null
            order by proof.crm_source, proof.sync_type, proof.ended_at desc
        ) as latest
        where latest.verdict = 'different'
    $query$;
end
$$;

comment on function crm_sync.different_proofs() is
    'Entities whose latest comparison with the source found differences; none where nothing was ever compared';
