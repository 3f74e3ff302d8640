-- Share of rows without a value by column, from the statistics of the last analyze; it reads no row of the table.
-- Parameters: schema, name. Result: column, share 0 to 1; no row for a column that was never analysed.
select
    attname,
    null_frac::double precision
from pg_catalog.pg_stats
where schemaname = %(schema)s
  and tablename = %(name)s
  and not inherited
