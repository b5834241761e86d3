"""Routines and their arguments."""

from __future__ import annotations

from .case import Case

GREET = "function app.greet(uuid): "
OF_GREET = "alter function app.greet(uuid) "
LOADER = "create function app.native() returns language_handler language c as '{}', 'plpgsql_call_handler'"


def _created(arguments: str, rest: str = "returns integer language sql as $$ select 1 $$") -> str:
    return f"create function app.f({arguments}) {rest}"


def _recreated(before: str, after: str) -> dict[str, str]:
    return {"setup": before, "change": f"drop function app.f; {after}"}


ROUTINES = [
    Case("Routine", _created("a integer"), "function app.f(integer): still there"),
    Case("Routine", "drop procedure app.tidy", "procedure app.tidy(integer): missing"),
    Case("Routine", "drop aggregate app.total(integer)", "aggregate app.total(integer): missing"),
    Case(
        "Routine.kind",
        "drop function app.ranked(); create function app.ranked() returns bigint language internal "
        "as 'window_row_number'",
        "routine app.ranked(): kind was window function, is function",
    ),
    Case(
        "Routine.language",
        "set local check_function_bodies = off; create or replace function app.greet(person uuid) "
        "returns text "
        "language plpgsql as $$ select person::text $$",
        GREET + "language was sql, is plpgsql",
    ),
    Case(
        "Routine.source",
        "create or replace function app.greet(person uuid) returns text language sql as $$ select 'you' $$",
        GREET + "source was select person::text, is select 'you'",
    ),
    Case(
        "Routine.source",
        "create or replace function app.touch() returns trigger language plpgsql as $$\nbegin\n"
        "    new.seen_at := null;\n    return new;\nend\n$$",
        "function app.touch(): source line 3 was new.seen_at := now();, is new.seen_at := null;",
    ),
    Case(
        "Routine.arguments",
        line="function app.f(integer): arguments was a integer, is b integer",
        **_recreated(
            _created("a integer", "returns integer language sql as $$ select $1 $$"),
            _created("b integer", "returns integer language sql as $$ select $1 $$"),
        ),
    ),
    Case(
        "Routine.returns",
        line="function app.f(): returns was integer, is bigint",
        **_recreated(
            _created("", "returns integer language sql as $$ select 1 $$"),
            _created("", "returns bigint language sql as $$ select 1 $$"),
        ),
    ),
    Case(
        "Routine.returns_set",
        line="function app.f(): returns set was no, is yes",
        **_recreated(
            _created("", "returns integer language sql as $$ select 1 $$"),
            _created("", "returns setof integer language sql as $$ select 1 $$"),
        ),
    ),
    Case("Routine.volatility", OF_GREET + "stable", GREET + "volatility was volatile, is stable"),
    Case(
        "Routine.security_definer", OF_GREET + "security definer", GREET + "security definer was no, is yes"
    ),
    Case("Routine.leakproof", OF_GREET + "leakproof", GREET + "leakproof was no, is yes"),
    Case("Routine.strict", OF_GREET + "strict", GREET + "strict was no, is yes"),
    Case("Routine.parallel", OF_GREET + "parallel restricted", GREET + "parallel was unsafe, is restricted"),
    Case("Routine.cost", OF_GREET + "cost 7", GREET + "cost was null, is 7.0"),
    Case(
        "Routine.rows",
        "alter function app.people_of(uuid[]) rows 5",
        "function app.people_of(uuid[]): rows was null, is 5.0",
    ),
    Case(
        "Routine.config",
        OF_GREET + "set search_path = public, app",
        GREET + "config was none, is search_path=public, app",
    ),
    Case(
        "Routine.library",
        "drop function app.native(); " + LOADER.format("$libdir/plpgsql.so"),
        "function app.native(): library was $libdir/plpgsql, is $libdir/plpgsql.so",
        setup=LOADER.format("$libdir/plpgsql"),
    ),
    Case(
        "Routine.support",
        OF_GREET + "support text_starts_with_support",
        GREET + "support was null, is text_starts_with_support",
    ),
    Case(
        "Routine.details",
        "create or replace aggregate app.total(integer) (sfunc = int4pl, stype = integer, initcond = '1')",
        "aggregate app.total(integer): details was initcond=0, sfunc=int4pl, stype=integer, "
        "is initcond=1, sfunc=int4pl, stype=integer",
    ),
    Case(
        "SchemaObject.owner",
        "alter function app.greet(text, integer) owner to service_role",
        "function app.greet(text, integer): owner was postgres, is service_role",
    ),
    Case(
        "SchemaObject.comment",
        "comment on function app.greet(text, integer) is null",
        "function app.greet(text, integer): comment was Polite., is null",
    ),
]

ARGUMENTS = [
    Case(
        "Argument.name",
        line="function app.f(integer, integer): arguments was integer, b integer, is a integer, b integer",
        **_recreated(
            _created("integer, b integer", "returns integer language sql as $$ select 1 $$"),
            _created("a integer, b integer", "returns integer language sql as $$ select 1 $$"),
        ),
    ),
    Case(
        "Argument.type",
        line="function app.f(): arguments was out a integer, out b integer, is out a bigint, out b integer",
        **_recreated(
            _created("out a integer, out b integer", "language sql as $$ select 1, 2 $$"),
            _created("out a bigint, out b integer", "language sql as $$ select 1, 2 $$"),
        ),
    ),
    Case(
        "Argument.mode",
        line="function app.f(): arguments was out a integer, out b integer, is table a integer, table b "
        "integer",
        **_recreated(
            _created(
                "out a integer, out b integer", "returns setof record language sql as $$ select 1, 2 $$"
            ),
            _created("", "returns table (a integer, b integer) language sql as $$ select 1, 2 $$"),
        ),
    ),
    Case(
        "Argument.default",
        "create or replace function app.greet(person text, times integer default 3, out greeting text) "
        "language sql stable set search_path = '' as $$ select repeat('hello ' || person, times) $$",
        "function app.greet(text, integer): arguments was person text, times integer = 1, out greeting text, "
        "is person text, times integer = 3, out greeting text",
    ),
]

CASES = [*ROUTINES, *ARGUMENTS]
