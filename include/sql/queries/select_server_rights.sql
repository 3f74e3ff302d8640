-- What a connection check wants to know of server, database and role; everything is from the catalog.
-- Parameters: none. Result: one row.
select
    current_setting('server_version') as server_version,
    current_database()::text as database_name,
    current_user::text as role_name,
    pg_catalog.pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as is_read_only,
    pg_catalog.has_database_privilege(current_database(), 'create') as may_create_schema,
    pg_catalog.has_database_privilege(current_database(), 'temporary') as may_create_temporary
