-- Rows and a checksum of everything people wrote. A restore brings these back to the letter; a later ticket only adds.
SELECT 'tickets', count(*), md5(coalesce(string_agg(concat_ws('|', id, subject, status, queue, created), ',' ORDER BY id), ''))
FROM tickets WHERE type = 'ticket';
SELECT 'transactions', count(*), md5(coalesce(string_agg(concat_ws('|', id, objectid, type, created), ',' ORDER BY id), ''))
FROM transactions;
SELECT 'attachments', count(*), md5(coalesce(string_agg(md5(coalesce(content, '')), ',' ORDER BY id), ''))
FROM attachments;
SELECT 'people', count(*), md5(coalesce(string_agg(concat_ws('|', id, name, emailaddress), ',' ORDER BY id), ''))
FROM users;
SELECT 'articles', count(*), md5(coalesce(string_agg(concat_ws('|', id, name), ',' ORDER BY id), ''))
FROM articles;
