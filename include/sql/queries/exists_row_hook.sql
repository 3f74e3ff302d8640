-- Whether a table has a trigger or rule that may leave an update of a row undone without an error.
-- Parameter: table_name (quoted, with its schema). Result: one row, exists (boolean).
with tables as (
    select %(table_name)s::regclass::oid as oid
    union
    select relid::oid from pg_catalog.pg_partition_tree(%(table_name)s::regclass)
)
select
    exists (
        select
        from pg_catalog.pg_trigger as g
        where g.tgrelid in (select t.oid from tables as t)
            and not g.tgisinternal
            and g.tgenabled <> 'D'
            -- bits: 1 for each row, 2 before, 16 update
            and g.tgtype & 19 = 19
    )
    or exists (
        select
        from pg_catalog.pg_rewrite as r
        where r.ev_class in (select t.oid from tables as t)
            and r.ev_type = '2'
            and r.ev_enabled <> 'D'
    ) as has_hook
