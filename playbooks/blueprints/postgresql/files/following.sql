-- On the new database: the tables whose first copy is not done yet.
SELECT srrelid::regclass AS still_copying FROM pg_subscription_rel WHERE srsubstate <> 'r';
