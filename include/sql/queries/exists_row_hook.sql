-- Whether a table has a trigger or rule that may leave an update or delete of a row undone without an error.
-- Parameter: table_name (quoted, with its schema). Result: one row, exists (boolean).
with recursive tables as (
    select %(table_name)s::regclass::oid as oid
    union
    -- partitions and children that inherit: their rows are the table's, too
    select h.inhrelid
    from pg_catalog.pg_inherits as h
    join tables as parent on parent.oid = h.inhparent
)
select
    exists (
        select
        from pg_catalog.pg_trigger as g
        where g.tgrelid in (select t.oid from tables as t)
            and not g.tgisinternal
            and g.tgenabled <> 'D'
            -- bits: 1 for each row, 2 before, 16 update; a delete that a trigger leaves out is not counted
            and g.tgtype & 19 = 19
    )
    or exists (
        select
        from pg_catalog.pg_rewrite as r
        where r.ev_class in (select t.oid from tables as t)
            and r.ev_type in ('2', '4')
            and r.ev_enabled <> 'D'
    ) as has_hook
