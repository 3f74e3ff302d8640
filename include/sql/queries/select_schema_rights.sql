-- What the role may do with one schema, and which of its tables it may not read and write.
-- Parameters: %(schema)s. Result: one row: has_schema, may_use, may_create, owner (text, empty without schema),
--             closed_tables (json array of objects: name, owner).
select
    to_regnamespace(quote_ident(%(schema)s)) is not null as has_schema,
    coalesce(pg_catalog.has_schema_privilege(to_regnamespace(quote_ident(%(schema)s))::oid, 'usage'), false) as may_use,
    coalesce(pg_catalog.has_schema_privilege(to_regnamespace(quote_ident(%(schema)s))::oid, 'create'), false) as may_create,
    coalesce((
        select pg_catalog.pg_get_userbyid(n.nspowner)::text
        from pg_catalog.pg_namespace as n
        where n.nspname = %(schema)s
    ), '') as owner,
    coalesce((
        select json_agg(
            json_build_object('name', c.relname, 'owner', pg_catalog.pg_get_userbyid(c.relowner)) order by c.relname
        )
        from pg_catalog.pg_class as c
        where c.relnamespace = to_regnamespace(quote_ident(%(schema)s))::oid
            and c.relkind in ('r', 'p')
            and not (
                pg_catalog.has_table_privilege(c.oid, 'select')
                and pg_catalog.has_table_privilege(c.oid, 'insert')
                and pg_catalog.has_table_privilege(c.oid, 'update')
                and pg_catalog.has_table_privilege(c.oid, 'delete')
            )
    ), '[]') as closed_tables
