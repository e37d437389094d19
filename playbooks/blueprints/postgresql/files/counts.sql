-- On either database: every table with its number of rows.
SELECT
  format('%I.%I', schemaname, tablename),
  (xpath('/row/rows/text()',
         query_to_xml(format('SELECT count(*) AS rows FROM %I.%I', schemaname, tablename), false, true, '')))[1]
FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1;
