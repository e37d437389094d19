SET NAMES utf8mb4;
CREATE TABLE numbers (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, tiny tinyint(1), big bigint unsigned, amount decimal(20,4), f float, d double,
  bits bit(9), y year, padded int(8) zerofill
) AUTO_INCREMENT=1000;
INSERT INTO numbers VALUES
  (1, 1, 18446744073709551615, 12345.6000, 1.23457, 1.7976931348623157e308, b'100000001', 2024, 42),
  (2, 0, 0, -0.0001, -1e-20, 0.1, b'0', 1901, 0), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE texts (
  id int PRIMARY KEY, a varchar(190) COLLATE utf8mb4_uca1400_ai_ci, fixed char(5), j json, e enum('x','it''s; "q"') , s set('a','b','c'),
  long_text longtext, old varchar(50) CHARACTER SET latin1, UNIQUE KEY a_key (a)
) COMMENT='it''s; odd -- "quoted" \\ /* no comment */';
INSERT INTO texts VALUES
  (1, 'Grüße 🚀 O''Reilly', 'ab', '{"b": [null, "x\\"y"]}', 'it''s; "q"', 'a,c', 'line\nline\ttab\\ \0 end; -- no comment', 'Käse'),
  (2, '', '', NULL, NULL, '', '/* ; */ `x` # $$ ;;', NULL), (3, 'NULL', 'x', '[]', 'x', 'b', CONCAT(CHAR(26), '%_\\%'), '');
CREATE TABLE raw (id int PRIMARY KEY, b varbinary(300), fixed binary(4), place point, u uuid);
INSERT INTO raw VALUES
  (1, 0x00ff27225c0a1a, 0x0102, ST_GeomFromText('POINT(8.5 47.4)'), 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'), (2, '', NULL, NULL, NULL);
CREATE TABLE moments (id int PRIMARY KEY, at timestamp(3) NULL, on_day date, dt datetime(6), t time(2));
SET time_zone = '+05:30';
INSERT INTO moments VALUES (1, '2024-03-31 02:30:00.125', '2024-02-29', '1000-01-01 00:00:00.000001', '-838:59:59.00'),
  (2, NULL, '0001-01-01', NULL, '00:00:01.5');
CREATE TABLE made (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c varchar(20) AS (CONCAT('n', a)) VIRTUAL, KEY (b));
INSERT INTO made (a) VALUES (1), (2), (NULL);
CREATE TABLE `we``ird; näme` (`GRANT` int PRIMARY KEY, `a b` text);
INSERT INTO `we``ird; näme` VALUES (1, 'x'), (2, 'INSERT INTO `t` VALUES (1);');
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int PRIMARY KEY, parent_id int, CONSTRAINT child_of FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE);
INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, NULL);
CREATE TABLE log (id int AUTO_INCREMENT PRIMARY KEY, what varchar(100));
CREATE TABLE parts (id int, y int, PRIMARY KEY (id, y)) PARTITION BY RANGE (y) (PARTITION old VALUES LESS THAN (2000), PARTITION new VALUES LESS THAN MAXVALUE);
INSERT INTO parts VALUES (1, 1999), (2, 2001);
CREATE TABLE empty_one (a int);
CREATE VIEW z_view AS SELECT id, a FROM texts WHERE a <> 'it''s';
CREATE SQL SECURITY INVOKER VIEW a_view AS SELECT id, 'x;y' AS t FROM z_view;
CREATE SEQUENCE counter START WITH 50 INCREMENT BY 5; SELECT NEXTVAL(counter);
DELIMITER $$
CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC BEGIN
  -- it's; ;; $ a comment
  RETURN CASE WHEN n > 0 THEN n * 2 ELSE 0 END;
END$$
CREATE PROCEDURE note_it(IN what varchar(100)) BEGIN INSERT INTO log (what) VALUES (CONCAT(what, ';;')); END$$
CREATE TRIGGER child_added AFTER INSERT ON child FOR EACH ROW BEGIN
  CALL note_it(CONCAT('child ', NEW.id));
END$$
CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY STARTS '2036-01-01 00:00:00' DO BEGIN DELETE FROM log WHERE id < 0; END$$
CREATE EVENT asleep ON SCHEDULE EVERY 1 HOUR DISABLE DO DELETE FROM log$$
DELIMITER ;
