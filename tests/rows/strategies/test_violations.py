"""Every constraint of every world is broken exactly, or the reason why it cannot be is true. PostgreSQL is the judge."""

from __future__ import annotations

import psycopg
from hypothesis import event, given
from hypothesis import strategies as st

from pgproof.database import sql
from pgproof.rows.checks.pick import Picker
from pgproof.rows.model.ghosts import real_tables
from pgproof.rows.model.tables import TableModel
from pgproof.rows.strategies import Unviolable, Violation, insert, insert_population, violating
from pgproof.rows.strategies.violating import Rule, breach_of, rules_of
from pgproof.rows.strategies.violating_rows import make_violation

from .conftest import World, share

NO_PARTITION = "it is part of the partition key, and NULL finds no partition"
# What no row breaks alone, and why.
UNVIOLABLE: dict[str, dict[str, str]] = {
    "advent_calendar": {
        "media_asset.media_asset_account_id_asset_id_key": "whoever breaks it breaks media_asset_pkey too",
        "child_profile_v2.child_profile_v2_account_id_child_id_key": (
            "whoever breaks it breaks child_profile_v2_account_id_key too"
        ),
        "advent_calendar_v2.advent_calendar_v2_account_id_calendar_id_key": (
            "whoever breaks it breaks advent_calendar_v2_pkey too"
        ),
        "calendar_day_v2.calendar_day_v2_account_id_day_id_key": "whoever breaks it breaks calendar_day_v2_pkey too",
        "chat_session_v2.chat_session_v2_account_id_session_id_key": (
            "whoever breaks it breaks chat_session_v2_pkey too"
        ),
        "surprise_collection_v2.surprise_collection_v2_account_id_collection_id_key": (
            "whoever breaks it breaks surprise_collection_v2_pkey too"
        ),
    },
    "ai_assistant": {
        "users.users_tenant_id_id_key": "whoever breaks it breaks users_pkey too",
        "conversations.conversations_tenant_id_id_key": "whoever breaks it breaks conversations_pkey too",
        "conversations.conversations_tenant_id_fkey": (
            "its columns belong to conversations_tenant_id_user_id_fkey as well"
        ),
        **dict.fromkeys(
            ("usage_metrics.prompt_tokens", "usage_metrics.completion_tokens"),
            "public.usage_metrics: no row can pass total_tokens is not null"
            " (prompt_tokens bigint, completion_tokens bigint)",
        ),
        "usage_metrics.total_tokens": (
            "public.usage_metrics: no row can pass total_tokens is null"
            " (prompt_tokens bigint, completion_tokens bigint)"
        ),
    },
    "dream_flow": {
        "sessions.sessions_user_id_id_key": "whoever breaks it breaks sessions_pkey too",
        "session_feedback.session_feedback_user_id_fkey": (
            "its columns belong to session_feedback_user_id_session_id_fkey as well"
        ),
    },
    "sleep_prediction_cache": {
        "sleep_sessions.sleep_sessions_child_id_id_key": "whoever breaks it breaks sleep_sessions_pkey too",
        "sleep_contexts.sleep_contexts_child_id_id_key": "whoever breaks it breaks sleep_contexts_pkey too",
        "predictions.predictions_child_id_id_key": "whoever breaks it breaks predictions_pkey too",
        "predictions.predictions_child_id_fkey": (
            "its columns belong to predictions_child_id_sleep_context_id_fkey as well"
        ),
        "prediction_usage.prediction_usage_child_id_fkey": (
            "its columns belong to prediction_usage_child_id_prediction_id_fkey as well"
        ),
    },
    "travel_booking": {
        "bookings.bookings_user_id_id_key": "whoever breaks it breaks bookings_pkey too",
        "trips.trips_user_id_id_key": "whoever breaks it breaks trips_pkey too",
        **dict.fromkeys(
            ("booking_outcomes.check_in_date", "booking_outcomes.check_out_date"),
            "public.booking_outcomes: no row can pass nights_stayed is not null (check_in_date date, check_out_date date)",
        ),
        "booking_outcomes.nights_stayed": (
            "public.booking_outcomes: no row can pass nights_stayed is null (check_in_date date, check_out_date date)"
        ),
    },
    "domains": {
        "products.short_text_check": (
            "public.products: no row can pass code_check together with short_text_check (code public.code)"
        ),
        "buyers.code_check": "favourite must be found in public.products, which has it too",
        "buyers.short_text_check": "favourite must be found in public.products, which has it too",
    },
    "odds_and_ends": {
        "counters.counters_code_key": (
            "whoever breaks it by the same id breaks counters_pkey too,"
            " and others that make the same code are found by luck only"
        ),
        "counters.counters_pkey": "whoever breaks it breaks counters_code_key too",
    },
    "offices": {
        "rooms.number": "public.rooms: no row can pass floor is not null (number integer)",
        "rooms.floor": "public.rooms: no row can pass floor is null (number integer)",
        "events.tenant": NO_PARTITION,
        "seasons.amount_check": (
            "public.seasons: no row can pass seasons_floor_price_check together with amount_check"
            " (floor_price public.price)"
        ),
    },
    "partitions": dict.fromkeys(
        ("customers.region", "events.year", "events.month", "invoices.issued_on", "measurements.kind"), NO_PARTITION
    ),
    "tenant_keys": {
        "boards.boards_company_id_fkey": "its columns belong to boards_company_id_owner_id_fkey as well"
    },
    "waiting_keys": {
        "pairs.price": "public.pairs: no row can pass half is not null (price public.small_amount)",
        "pairs.half": "public.pairs: no row can pass half is null (price public.small_amount)",
        "bets.left_id": "bets_are_on_a_pair is MATCH FULL, and right_id must not be NULL either",
        "bets.right_id": "bets_are_on_a_pair is MATCH FULL, and left_id must not be NULL either",
    },
}  # fmt: skip

ROOT_OF_INDEX = "select relname from pg_class where oid = pg_partition_root(to_regclass(%s))"
# Whatever is inherited is taken away where it comes from.
ORIGINS = """
with recursive above as (
    select %(table)s::regclass::oid as relid
    union
    select inhparent from pg_inherits join above on inhrelid = relid
)
select relid::regclass::text from above
where exists (select from pg_constraint where conrelid = relid and conname = %(name)s and conislocal)
    or exists (select from pg_attribute where attrelid = relid and attname = %(name)s and attislocal)
"""


def refusal(world: World, violation: Violation) -> tuple[str | None, str | None]:
    """The error and what it names for the row that breaks a rule; None where the server takes it."""
    with world.holding(violation.before) as connection:
        insert_population(connection, world.plan, violation.before)
        try:
            with connection.transaction():
                insert(connection, world.plan, violation.table, violation.row)
                connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            told = error.diag
        else:
            return None, None
        if told.constraint_name is None:
            return told.sqlstate, told.column_name or told.datatype_name
        # The unique index of a partitioned table is one index per partition, each with a name of its own.
        index = sql.Identifier(told.schema_name or "", told.constraint_name).as_string(connection)
        root = connection.execute(ROOT_OF_INDEX, [index]).fetchone()
        return told.sqlstate, root[0] if root else told.constraint_name


def expected(table: TableModel, rule: Rule) -> tuple[str, set[str]]:
    """The error of a rule and what PostgreSQL may call it: a domain that is NOT NULL is named itself."""
    domain = table.column(rule.columns[0]).space.type_name.rpartition(".")[2] if rule.columns else ""
    return rule.sqlstate, {rule.name, domain} if rule.kind == "not null" else {rule.name}


def without_rule(world: World, table: TableModel, rule: Rule) -> None:
    """Take the rule away, with what cannot do without it."""
    run = world.connection.execute
    name = sql.Identifier(rule.name)
    if rule.kind == "domain":
        domains = run("select contypid::regtype::text from pg_constraint where conname = %s and contypid <> 0",
                      [rule.name]).fetchall()  # fmt: skip
        for (domain,) in domains:
            run(sql.SQL("alter domain {} drop constraint {}").format(sql.SQL(domain), name))
        return
    origins = run(ORIGINS, {"table": str(table.name), "name": rule.name}).fetchall()
    if rule.kind == "not null":
        for origin in (*(origin for (origin,) in origins), str(table.name)):
            _without_not_null(world, sql.SQL(origin), rule.name)
        return
    for (origin,) in origins:
        run(sql.SQL("alter table {} drop constraint {} cascade").format(sql.SQL(origin), name))
    if not origins:
        run(sql.SQL("drop index {}").format(sql.Identifier(table.name.schema, rule.name)))


def _without_not_null(world: World, where: sql.SQL, column: str) -> None:
    run = world.connection.execute
    run("update pg_type set typnotnull = false where typtype = 'd'")
    keys = run(
        "select c.conrelid::regclass::text, conname from pg_constraint c"
        " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey) and a.attname = %s"
        " where c.contype = 'p' and not exists (select from pg_inherits where inhrelid = c.conindid)",
        [column],
    ).fetchall()
    for table, key in keys:
        run(sql.SQL("alter table {} drop constraint {} cascade").format(sql.SQL(table), sql.Identifier(key)))
    run(sql.SQL("alter table {} alter {} drop identity if exists").format(where, sql.Identifier(column)))
    run(sql.SQL("alter table {} alter {} drop not null").format(where, sql.Identifier(column)))


def is_alone(world: World, violation: Violation, table: TableModel) -> bool:
    """Whether the row is taken as soon as its rule is gone."""
    with world.connection.transaction(force_rollback=True):
        without_rule(world, table, violation.rule)
        return refusal(world, violation) == (None, None)


def test_every_rule_is_broken_alone_or_the_reason_is_known(world: World) -> None:
    reasons: dict[str, str] = {}
    for table in real_tables(world.plan.model):
        for rule in rules_of(table):
            breach = breach_of(world.plan.plan(table.name), rule)
            if isinstance(breach, Unviolable):
                reasons[f"{table.name.name}.{rule.name}"] = breach.reason
                continue
            violation = make_violation(world.plan, table.name, breach, Picker(lambda _: 0))
            sqlstate, names = expected(table, rule)
            found = refusal(world, violation)
            assert found[0] == sqlstate, (rule, found, violation.row)
            assert found[1] in names, (rule, found, violation.row)
            assert is_alone(world, violation, table), (rule, violation)
    assert reasons == UNVIOLABLE.get(world.name, {})


def test_whatever_breaks_a_rule_breaks_that_one(world: World) -> None:
    breakable = [
        (table, rule)
        for table in real_tables(world.plan.model)
        for rule in rules_of(table)
        if not isinstance(breach_of(world.plan.plan(table.name), rule), Unviolable)
    ]

    @share()
    @given(st.data())
    def is_broken(data: st.DataObject) -> None:
        table, rule = data.draw(st.sampled_from(breakable))
        violation = data.draw(violating(world.plan, str(table.name), rule.name))
        event(rule.kind)
        sqlstate, names = expected(table, violation.rule)
        found = refusal(world, violation)
        assert found[0] == sqlstate
        assert found[1] in names

    is_broken()
