CREATE EXTENSION IF NOT EXISTS "pg_graphql" WITH SCHEMA "graphql";
CREATE SCHEMA auth; ALTER SCHEMA auth OWNER TO supabase_admin;
CREATE SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA extensions;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;
CREATE TABLE public.notes (id uuid DEFAULT extensions.uuid_generate_v4() NOT NULL, t text);
COPY public.notes (id, t) FROM stdin;
8c3a2d7e-0000-4000-8000-000000000001	x
\.
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own rows" ON public.notes TO authenticated, anon USING ((auth.uid() IS NOT NULL));
CREATE PUBLICATION supabase_realtime WITH (publish = 'insert');
CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'h');
CREATE USER MAPPING FOR supabase_admin SERVER other OPTIONS (password 'x');
CREATE FOREIGN TABLE public.far (id int) SERVER other;
CREATE EVENT TRIGGER issue_graphql ON ddl_command_end EXECUTE FUNCTION auth.uid();
