-- What roles other than a view's owner may do with views of the schema crm_sync, as statements that allow it again.
-- Result: one row per view, role and right.
-- Parameters: views, names without the schema.
select
    format(
        'grant %%s on crm_sync.%%I to %%s%%s',
        granted.privilege_type,
        view.relname,
        case when granted.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(granted.grantee)) end,
        case when granted.is_grantable then ' with grant option' else '' end
    ) as statement
from pg_catalog.pg_class as view
cross join lateral aclexplode(view.relacl) as granted
where
    view.relnamespace = 'crm_sync'::regnamespace
    and view.relkind = 'v'
    and view.relname = any(%(views)s)
    and granted.grantee <> view.relowner
order by statement;
