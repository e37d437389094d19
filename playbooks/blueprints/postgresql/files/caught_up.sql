-- On the old database, with writers stopped: returns when the new one has written down everything up to now.
\set ON_ERROR_STOP on
DO $$
DECLARE
  mark pg_lsn := pg_current_wal_lsn();
BEGIN
  FOR second IN 1..600 LOOP
    IF EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'offramp' AND confirmed_flush_lsn >= mark) THEN
      RETURN;
    END IF;
    PERFORM pg_sleep(1);
  END LOOP;
  RAISE EXCEPTION 'the new database is still behind after ten minutes';
END
$$;
