-- Names the database that the session is in; a database made anew under the same name has another oid.
-- Result: oid as text, name.
select
    oid::text,
    datname
from pg_database
where datname = current_database()
