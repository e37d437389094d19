--
-- PostgreSQL database dump
--
-- Dumped from database version 9.4.1
-- Dumped by pg_dump version 9.4.1
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = off;
SET default_with_oids = false;
CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;
COMMENT ON EXTENSION plpgsql IS 'PL/pgSQL procedural language';
CREATE SCHEMA shop;
SET search_path = shop, pg_catalog;
CREATE TABLE posts (id integer NOT NULL, body text, f double precision);
ALTER TABLE posts OWNER TO old;
CREATE SEQUENCE posts_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE posts_id_seq OWNED BY posts.id;
CREATE FUNCTION tr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
PERFORM 1; RETURN NEW; -- it\'s \\ odd
END';
ALTER TABLE ONLY posts ALTER COLUMN id SET DEFAULT nextval('posts_id_seq'::regclass);
COPY posts (id, body, f) FROM stdin;
1	a;\\b	0.10000000000000001
\.
SELECT pg_catalog.setval('posts_id_seq', 7, true);
SET search_path = public, pg_catalog;
CREATE TABLE posts (id integer NOT NULL, body text);
INSERT INTO posts VALUES (1, 'it\'s; x');
CREATE TRIGGER t BEFORE INSERT ON posts FOR EACH ROW EXECUTE PROCEDURE shop.tr();
COMMENT ON TABLE posts IS 'a\\b';
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO rdsadmin;
--
-- PostgreSQL database dump complete
--
