-- How many rows tables have, as PostgreSQL estimates it; -1: it was never analysed.
-- Parameters: schemas, names (arrays of equal length). Result: schema, name, rows; no row where there is no such table.
select
    namespace.nspname,
    class.relname,
    class.reltuples::bigint
from unnest(%(schemas)s::text[], %(names)s::text[]) as asked (schema_name, table_name)
inner join pg_catalog.pg_namespace as namespace on namespace.nspname = asked.schema_name
inner join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = asked.table_name
where class.relkind in ('r', 'p')
