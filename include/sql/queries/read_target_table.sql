-- What the catalog knows of one target table: one row, also when the table does not exist.
-- Parameters: %(schema)s, %(table)s, %(readers)s (text[]: roles that may read).
-- Result: schema_exists; relation (json or null: kind, owner, is_owner, can_write, has_policies: row level security
--         applies to who asks); columns (json array in table order: name, type, category, has_default, is_generated,
--         is_loose: texts that differ may count as equal); indexes (json array: name, is_valid, columns of
--         every B-tree over whole columns and all rows); unique_keys (json array of arrays of
--         column names: every valid unique index over whole columns and all rows); readers_missing (json array:
--         roles that don't exist); readers_denied (json array: roles that lack usage on the schema, select on the
--         table, or select on the schema's future tables); role (who asks).
with target as (
    select
        c.oid,
        c.relkind,
        c.relowner,
        n.oid as schema_oid
    from pg_catalog.pg_namespace as n
    left join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = %(table)s
        and c.relkind in ('r', 'p', 'v', 'm', 'f')
    where n.nspname = %(schema)s
)
select
    exists (select from target) as schema_exists,
    (
        select json_build_object(
            'kind', t.relkind,
            'owner', pg_catalog.pg_get_userbyid(t.relowner),
            'is_owner', pg_catalog.pg_has_role(t.relowner, 'usage'),
            'can_write', pg_catalog.has_table_privilege(t.oid, 'select')
                and pg_catalog.has_table_privilege(t.oid, 'insert')
                and pg_catalog.has_table_privilege(t.oid, 'update'),
            'has_policies', pg_catalog.row_security_active(t.oid)
        )
        from target as t
        where t.oid is not null
    ) as relation,
    (
        select json_agg(
            json_build_object(
                'name', a.attname,
                'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
                'category', y.typcategory,
                'has_default', a.atthasdef or a.attidentity <> '',
                'is_generated', a.attgenerated <> '' or a.attidentity = 'a',
                'is_loose', not coalesce(o.collisdeterministic, true) or exists (
                    with recursive base as (
                        select y.typname, y.typbasetype
                        union all
                        select inner_type.typname, inner_type.typbasetype
                        from base
                        join pg_catalog.pg_type as inner_type on inner_type.oid = base.typbasetype
                    )
                    select from base where base.typname = 'citext'
                )
            )
            order by a.attnum
        )
        from target as t
        join pg_catalog.pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        join pg_catalog.pg_type as y on y.oid = a.atttypid
        left join pg_catalog.pg_collation as o on o.oid = a.attcollation
    ) as columns,
    (
        select json_agg(
            json_build_object(
                'name', x.relname,
                'is_valid', i.indisvalid,
                'columns', (
                    select json_agg(a.attname order by k.position)
                    from unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
                    join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
                )
            )
        )
        from target as t
        join pg_catalog.pg_index as i on i.indrelid = t.oid and i.indpred is null and i.indexprs is null
        join pg_catalog.pg_class as x on x.oid = i.indexrelid
        join pg_catalog.pg_am as m on m.oid = x.relam and m.amname = 'btree'
    ) as indexes,
    (
        select json_agg(
            (
                select json_agg(a.attname order by k.position)
                from unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
                join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
                where k.position <= i.indnkeyatts
            )
        )
        from target as t
        join pg_catalog.pg_index as i on i.indrelid = t.oid and i.indisunique and i.indisvalid
            and i.indpred is null and i.indexprs is null
    ) as unique_keys,
    (
        select coalesce(json_agg(wanted.role), '[]')
        from unnest(%(readers)s::text[]) as wanted (role)
        where not exists (select from pg_catalog.pg_roles as r where r.rolname = wanted.role)
    ) as readers_missing,
    (
        select coalesce(json_agg(r.rolname), '[]')
        from unnest(%(readers)s::text[]) as wanted (role)
        join pg_catalog.pg_roles as r on r.rolname = wanted.role
        left join target as t on true
        where t.oid is null
            or not pg_catalog.has_schema_privilege(r.oid, t.schema_oid, 'usage')
            or not pg_catalog.has_table_privilege(r.oid, t.oid, 'select')
            or not exists (
                select
                from pg_catalog.pg_default_acl as d
                cross join lateral pg_catalog.aclexplode(d.defaclacl) as acl
                where d.defaclnamespace = t.schema_oid
                    and d.defaclobjtype = 'r'
                    and d.defaclrole = (select u.oid from pg_catalog.pg_roles as u where u.rolname = current_user)
                    and acl.grantee = r.oid
                    and acl.privilege_type = 'SELECT'
            )
    ) as readers_denied,
    current_user::text as role
