-- On the new database, with the variable `old` (a connection string): its tables follow the publication "offramp".
-- They are emptied first, for a subscription copies every row once more; structure and sequences stay.
\set ON_ERROR_STOP on
SELECT format('TRUNCATE %s', string_agg(format('%I.%I', schemaname, tablename), ', '))
FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
HAVING count(*) > 0 \gexec
CREATE SUBSCRIPTION offramp CONNECTION :'old' PUBLICATION offramp;
