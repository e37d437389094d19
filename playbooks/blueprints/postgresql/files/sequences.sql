-- On the old database: statements that set the new one's sequences, which no subscription copies.
SELECT format('SELECT setval(%L, %s);', format('%I.%I', schemaname, sequencename), last_value)
FROM pg_sequences WHERE last_value IS NOT NULL ORDER BY 1;
