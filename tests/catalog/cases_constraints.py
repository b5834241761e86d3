"""Constraints and foreign keys."""

from __future__ import annotations

from .case import Case


def _replaced(table: str, name: str, definition: str) -> str:
    return (
        f"alter table {table} drop constraint {name}; alter table {table} add constraint {name} {definition}"
    )


def _made(definition: str) -> str:
    """A table of its own with one constraint, ``made_c``."""
    columns = "a integer, b integer, r tstzrange, s tstzrange"
    return f"create table app.made ({columns}, constraint made_c {definition})"


CONSTRAINTS = [
    Case(
        "Constraint",
        "alter table app.people add constraint extra check (id > 0)",
        "constraint extra on app.people: still there",
    ),
    Case(
        "Constraint",
        "alter table app.people drop constraint people_nick_key",
        "constraint people_nick_key on app.people: missing",
    ),
    Case(
        "Constraint",
        "alter domain app.score drop constraint score_is_small",
        "constraint score_is_small on app.score: missing",
    ),
    Case(
        "Constraint.kind",
        _replaced("app.made", "made_c", "unique (a)"),
        "constraint made_c on app.made: kind was primary key, is unique",
        setup="create table app.made (a integer not null, constraint made_c primary key (a))",
    ),
    Case(
        "Constraint.columns",
        _replaced("app.people", "people_nick_key", "unique (nick, code) deferrable initially immediate"),
        "constraint people_nick_key on app.people: columns was nick, is nick, code",
    ),
    Case(
        "Constraint.expression",
        _replaced("app.people", "people_balance_is_sane", "check (balance < 1000)"),
        "constraint people_balance_is_sane on app.people: expression was "
        "(balance > ('-1000'::integer)::numeric), is (balance < (1000)::numeric)",
    ),
    Case(
        "Constraint.expression",
        "alter domain app.score drop constraint score_is_small; "
        "alter domain app.score add constraint score_is_small check (value < 50); "
        "comment on constraint score_is_small on domain app.score is 'Small means below a hundred.'",
        "constraint score_is_small on app.score: expression was (VALUE < 100), is (VALUE < 50)",
    ),
    Case(
        "Constraint.operators",
        _replaced("app.people", "people_never_twice", "exclude using gist (valid_during with =)"),
        "constraint people_never_twice on app.people: operators was &&(anyrange,anyrange), is "
        "=(anyrange,anyrange)",
    ),
    Case(
        "Constraint.deferrable",
        _replaced("app.people", "people_nick_key", "unique (nick)"),
        "constraint people_nick_key on app.people: deferrable was yes, is no",
    ),
    Case(
        "Constraint.initially_deferred",
        _replaced("app.people", "people_nick_key", "unique (nick) deferrable initially deferred"),
        "constraint people_nick_key on app.people: initially deferred was no, is yes",
    ),
    Case(
        "Constraint.validated",
        _replaced("app.people", "people_balance_is_sane", "check (balance > -1000) not valid"),
        "constraint people_balance_is_sane on app.people: validated was yes, is no",
    ),
    Case(
        "Constraint.enforced",
        "alter table app.made alter constraint made_c not enforced",
        "constraint made_c on app.made: enforced was yes, is no",
        setup="create table app.made (a bigint); "
        "alter table app.made add constraint made_c foreign key (a) references app.people (id) not valid",
        since=180000,
    ),
    Case(
        "Constraint.no_inherit",
        _replaced("app.people", "people_balance_is_sane", "check (balance > -1000) no inherit"),
        "constraint people_balance_is_sane on app.people: no inherit was no, is yes",
    ),
    Case(
        "Constraint.inherited",
        "drop table app.child; create table app.child (constraint made_c check (a > 0)) inherits (app.made)",
        "constraint made_c on app.child: inherited was yes, is no",
        setup=_made("check (a > 0)") + "; create table app.child () inherits (app.made)",
    ),
    Case(
        "Constraint.nulls_not_distinct",
        _replaced("app.made", "made_c", "unique nulls not distinct (a)"),
        "constraint made_c on app.made: nulls not distinct was no, is yes",
        setup=_made("unique (a)"),
    ),
    Case(
        "Constraint.period",
        _replaced("app.made", "made_c", "unique (r, s without overlaps)"),
        "constraint made_c on app.made: period was no, is yes",
        setup=_made("unique (r, s)"),
        since=180000,
    ),
    Case(
        "Constraint.comment",
        "comment on constraint people_name_per_tenant on app.people is null",
        "constraint people_name_per_tenant on app.people: comment was One name per tenant., is null",
    ),
    Case(
        "Constraint.definition",
        _replaced("app.made", "made_c", "unique (a) include (b)"),
        "constraint made_c on app.made: definition was UNIQUE (a), is UNIQUE (a) INCLUDE (b)",
        setup=_made("unique (a)"),
    ),
    Case(
        "Constraint",
        "alter table app.made alter column a set not null",
        "column app.made.a: not null was no, is yes",
        setup=_made("unique (a)"),
    ),
]

VISITS = "app.visits"

FOREIGN_KEYS = [
    Case(
        "ForeignKey",
        "alter table app.visits drop constraint visits_person",
        "constraint visits_person on app.visits: missing",
    ),
    Case(
        "ForeignKey.references",
        _replaced(
            VISITS, "visits_person", "foreign key (person_id) references side.people (id) on delete set null"
        ),
        "constraint visits_person on app.visits: references was app.people, is side.people",
        setup="create table side.people (id bigint primary key)",
    ),
    Case(
        "ForeignKey.referenced_columns",
        _replaced(
            VISITS,
            "visits_name",
            "foreign key (tenant, name) references app.people (tenant, code) on delete set null (name)",
        ),
        "constraint visits_name on app.visits: referenced columns was tenant, name, is tenant, code",
        setup="create unique index on app.people (tenant, code)",
    ),
    Case(
        "ForeignKey.match",
        _replaced(
            VISITS,
            "visits_person",
            "foreign key (person_id) references app.people match full on delete set null",
        ),
        "constraint visits_person on app.visits: match was simple, is full",
    ),
    Case(
        "ForeignKey.on_update",
        _replaced(
            VISITS,
            "visits_person",
            "foreign key (person_id) references app.people on update cascade on delete set null",
        ),
        "constraint visits_person on app.visits: on update was no action, is cascade",
    ),
    Case(
        "ForeignKey.on_delete",
        _replaced(
            VISITS, "visits_person", "foreign key (person_id) references app.people on delete restrict"
        ),
        "constraint visits_person on app.visits: on delete was set null, is restrict",
    ),
    Case(
        "ForeignKey.on_delete_columns",
        _replaced(
            VISITS,
            "visits_name",
            "foreign key (tenant, name) references app.people (tenant, name) on delete set null",
        ),
        "constraint visits_name on app.visits: on delete columns was name, is none",
    ),
]

CASES = [*CONSTRAINTS, *FOREIGN_KEYS]
