-- tests/rows/bare/001_nothing.sql
-- A database with nothing in it: the tests bring their own tables.
select 1;
