-- Who asks, where, and what that role may do; for the message of a refused migration.
-- Parameters: none. Result: one row.
select
    current_user as role_name,
    current_database() as database_name,
    has_database_privilege(current_database(), 'create') as may_create_schema,
    to_regnamespace('crm_sync') is not null as has_schema,
    coalesce(has_schema_privilege(to_regnamespace('crm_sync')::oid, 'create, usage'), false) as may_use_schema,
    coalesce((
        select pg_get_userbyid(nspowner)
        from pg_catalog.pg_namespace
        where nspname = 'crm_sync'
    ), '') as schema_owner
