"""For each house rule that a text shows: what it must find, and what it must leave alone."""

from __future__ import annotations

# The file is a/1.sql of a project that has these other files and these unique columns.
NEIGHBOURS = frozenset({"rollback_1.sql"})
UNIQUE = frozenset({frozenset({"id"}), frozenset({"child_id", "day"})})
HEADER = "-- sql/a/1.sql\n-- Makes a.\n-- Needs: nothing.  Undone by: rollback_1.sql\n\n"

# rule, what it must find, what it must leave alone
SNIPPETS = [
    ("header_names_path_purpose_needs_and_undo", HEADER.replace("a/1", "a/2"), HEADER),
    ("header_names_path_purpose_needs_and_undo", HEADER.replace("Makes a.", ""), HEADER),
    ("header_names_path_purpose_needs_and_undo", HEADER.replace("Undone by", "See"), HEADER),
    ("header_names_path_purpose_needs_and_undo", HEADER.replace("back_1", "back_2"), HEADER),
    ("header_names_path_purpose_needs_and_undo", HEADER.strip() + "\nselect 1;", HEADER + "select 1;"),
    ("dollar_quotes_are_named", "do $$ begin end $$;", "do $body$ begin end $body$; select '$$', '$$';"),
    ("dollar_quotes_are_named", "do $a$ begin perform f($$x$$); end $a$;", "-- $$ ends a $$\nselect 1;"),
    ("nothing_hides_a_wrong_starting_state", "drop table if exists a;", "select 'if exists';"),
    (
        "nothing_hides_a_wrong_starting_state",
        "create table if not exists a ();",
        "do $b$ if exists (select 1) $b$;",
    ),
    ("nothing_hides_a_wrong_starting_state", "create or replace view a.b;", "-- or replace\nselect 1;"),
    (
        "nothing_hides_a_wrong_starting_state",
        "drop table a.b cascade;",
        "drop table a.b cascade; -- with its views",
    ),
    (
        "nothing_hides_a_wrong_starting_state",
        "drop schema a cascade;",
        "references a.b (c) on delete cascade",
    ),
    ("the_only_clock_is_now", "select current_date;", "select now(), 'current_date'; -- current_date moves"),
    ("the_only_clock_is_now", "do $b$ begin x := clock_timestamp(); end $b$;", "select current_dated;"),
    ("names_are_schema_qualified", "create table a ();", "create table public.a ();"),
    ("names_are_schema_qualified", "create index i on a (b);", "create index i on public.a (b);"),
    ("names_are_schema_qualified", "create policy p on a for select;", "create policy p on b.a for select;"),
    (
        "names_are_schema_qualified",
        "create trigger t before update on a for each row;",
        "drop view public.v;",
    ),
    (
        "no_select_star",
        "create view a.v as select * from a.b;",
        "create view a.v as select count(*) from a.b;",
    ),
    ("no_select_star", "select a, b.* from b;", "select a * 2, b from b;"),
    (
        "errors_carry_an_errcode",
        "do $b$ begin raise exception 'no'; end $b$;",
        "do $b$ begin raise notice 'so'; end $b$;",
    ),
    (
        "errors_carry_an_errcode",
        "raise exception 'errcode';",
        "raise exception 'no' using errcode = 'P0001';",
    ),
    (
        "commands_without_policy_are_said",
        "create table a.b ();\ncreate policy p on a.b for select;\n-- No insert, no update: closed.",
        "create table a.b ();\ncreate policy p on a.b for select;\n-- No insert, update or delete: closed.",
    ),
    (
        "commands_without_policy_are_said",
        "create table a.b ();\ncreate policy p on a.b\nas restrictive\nfor delete;\n-- No select, insert: x.",
        "create table a.b ();\n-- Read by nobody.",
    ),
    (
        "statements_of_a_table_are_in_order",
        "create policy p on a.b for select; create index i on a.b (c);",
        "create index i on a.b (c); create policy p on a.b for select;",
    ),
    (
        "statements_of_a_table_are_in_order",
        "create policy p on a.b for delete; create policy q on a.b for insert;",
        "create policy p on a.b for delete; create policy q on a.c for insert;",
    ),
    (
        "statements_of_a_table_are_in_order",
        "grant select on table a.b, a.c to d; comment on column a.c.e is 'x';",
        "comment on column a.c.e is 'x'; grant select on table a.b, a.c to d;",
    ),
    (
        "statements_of_a_table_are_in_order",
        "create trigger t before update on a.b execute function f(); create table a.b ();",
        "create table a.b (); create trigger t before update on a.b execute function f();",
    ),
    ("lists_have_an_order", "select array_agg(a.id) from b;", "select array_agg(a.id order by a.id) from b;"),
    (
        "lists_have_an_order",
        "do $b$ x := array(select 1); $b$;",
        "do $b$ x := a = any (array(select 1)); $b$;",
    ),
    (
        "lists_have_an_order",
        "select string_agg(f((select 1 order by 1)), '') from b;",
        "select array[1], array(1);",
    ),
    ("lists_have_an_order", "select jsonb_agg(a) from b;", "select jsonb_agg(a) from b; -- one row"),
    ("lists_have_an_order", "select array_agg(all a) from b;", "select array_agg(distinct a) from b;"),
    ("what_is_cut_off_or_numbered_has_an_order", "select a limit 1;", "select a order by a limit 1;"),
    (
        "what_is_cut_off_or_numbered_has_an_order",
        "select b.a from (select a from c order by a) as b limit 1;",
        "select b.p_limit, 'limit 1' from b;",
    ),
    (
        "what_is_cut_off_or_numbered_has_an_order",
        "select distinct on (a) a, b from c;",
        "select distinct a from c;",
    ),
    (
        "what_is_cut_off_or_numbered_has_an_order",
        "select lag(a, 1) over (partition by b) from c;",
        "select lag(a, 1) over (partition by b order by a), sum(a) over () from c;",
    ),
    (
        "what_is_read_has_an_order",
        "create view public.v as select a from (select b.a from b order by b.a) as c;",
        "create view public.v as select a from b order by a; create view private.w as select a from b;",
    ),
    (
        "what_is_read_has_an_order",
        "create function public.f() returns table (a int) language sql as $body$ select 1; $body$;",
        "create function public.f() returns int language sql as $body$ select 1; $body$;",
    ),
    (
        "what_is_read_has_an_order",
        "create function public.f() returns setof int language sql as $body$ select 1; $body$; select 1 order by 1;",
        "create function public.f() returns setof int language sql\nrows 1\nas $body$ select 1; $body$;",
    ),
    ("what_is_read_has_an_order", "select a.b\nfrom a;", "select f();\nselect a.b\nfrom a order by a.b;"),
    ("orders_are_total", "select a order by a.name;", "select a order by a.name, a.id;"),
    (
        "orders_are_total",
        "select a order by a.day desc;",
        "select a where a.child_id = p order by a.day desc;",
    ),
    (
        "orders_are_total",
        "select a where b > 1 order by a.day;",
        "select a order by a.day, a.child_id nulls last;",
    ),
    (
        "orders_are_total",
        "select a.day, count(*) from a group by a.day, a.mood order by a.day;",
        'select a.day, count(*) from a group by a.day order by count(*), a.day collate "C";',
    ),
    (
        "orders_are_total",
        "select array_agg(a.b order by a.day) from a group by a.mood;",
        "select array_agg(a.b order by a.day) from a group by a.child_id;",
    ),
    (
        "orders_are_total",
        "select row_number() over (partition by a.child_id order by a.mood) from a;",
        "select row_number() over (partition by a.child_id order by a.day) from a;",
    ),
    (
        "orders_are_total",
        "select row_number() over (order by count(*)) from a group by a.mood;",
        "select row_number() over (order by count(*), a.mood) from a group by a.mood;",
    ),
    (
        "orders_are_total",
        "select array_agg(a.b order by a.b) from a;",
        "select array_agg(distinct a.b order by a.b), coalesce(a.id, b.id) from a order by coalesce(a.id, b.id);",
    ),
]
