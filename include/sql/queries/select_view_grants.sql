-- What roles other than a view's owner may do with views of the schema crm_sync, as statements that allow it again.
-- Parameters: views (array of names without the schema). Result: statement, one row per view, role and right.
select
    'grant ' || granted.privilege_type || ' on crm_sync.' || quote_ident(view.relname) || ' to '
    || case when granted.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(granted.grantee)) end
    || case when granted.is_grantable then ' with grant option' else '' end as statement
from pg_catalog.pg_class as view
cross join lateral aclexplode(view.relacl) as granted
where
    view.relnamespace = 'crm_sync'::regnamespace
    and view.relkind = 'v'
    and view.relname = any(%(views)s)
    and granted.grantee <> view.relowner
order by statement
