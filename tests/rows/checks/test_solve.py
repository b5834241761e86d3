from __future__ import annotations

import itertools
from random import Random

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from pgproof.rows.checks.conditions import Court
from pgproof.rows.checks.draw import Drawing
from pgproof.rows.checks.pick import NoValue, Picker
from pgproof.rows.checks.scope import scope_of
from pgproof.rows.checks.solve import condition_of, solve
from pgproof.rows.checks.solved import Cell, Order
from pgproof.rows.checks.spaces import counted, holds
from pgproof.rows.checks.sums import Present
from pgproof.rows.model.tables import Space

from .tables import dates, integer, table, text

VALUES = (None, 0, 1, 2, 3)
NAMES = ("a", "b", "c")
small = st.integers(-1, 4)
operators = st.sampled_from(("=", "<>", "<", "<=", ">", ">="))
columns = st.sampled_from(NAMES)
atoms = st.one_of(
    st.builds(
        "({} {} {})".format, columns, operators, small.map(lambda n: str(n) if n >= 0 else f"'{n}'::integer")
    ),
    st.builds("({} {} {})".format, columns, operators, columns),
    st.builds("(({} + {}) {} {})".format, columns, st.integers(0, 2), operators, columns),
    st.builds("(({} - {}) {} {})".format, columns, columns, operators, st.integers(0, 3)),
    st.builds("((({} + {}) + {}) {} {})".format, columns, columns, columns, operators, st.integers(0, 9)),
    st.builds("({} IS {}NULL)".format, columns, st.sampled_from(("", "NOT "))),
    st.builds("({} = ANY (ARRAY[{}, {}]))".format, columns, st.integers(0, 3), st.integers(0, 3)),
    st.builds("({} <> ALL (ARRAY[{}, {}]))".format, columns, st.integers(0, 3), st.integers(0, 3)),
    st.builds("(num_nonnulls({}, {}) = {})".format, columns, columns, st.integers(0, 2)),
    st.builds("(COALESCE({}, {}, 0) {} {})".format, columns, columns, operators, st.integers(0, 3)),
    st.builds("(GREATEST({}, {}) {} {})".format, columns, columns, operators, st.integers(0, 3)),
    st.builds("({} IS DISTINCT FROM {})".format, columns, columns),
    st.builds("(({} % 2) = {})".format, columns, st.integers(0, 1)),
)
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("(NOT {})".format, inner),
        st.builds("(({}) = ({}))".format, inner, inner),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, inner, inner, inner),
        st.builds("({} IS {}TRUE)".format, inner, st.sampled_from(("", "NOT "))),
    ),
    max_leaves=5,
)


def passing(made):
    """Every row of the small values that passes, found by trying all of them."""
    court = Court(scope_of(made), Present())
    conditions = [condition_of(made, each, court.scope) for each in made.checks]
    required = {column.name for column in made.columns if not column.nullable}
    rows = (dict(zip(NAMES, values, strict=True)) for values in itertools.product(VALUES, repeat=len(NAMES)))
    return [
        row
        for row in rows
        if not any(row[name] is None for name in required)
        and all(court.outcome(condition, row) == "good" for condition in conditions)
    ]


def allows(option, row):
    """Whether a row is one that an option of spaces, orders and relations describes."""
    return (
        all(_cell_allows(cell, row[cell.column]) for cell in option.cells)
        and all(_order_allows(order, row) for order in option.orders)
        and all(len({row[name] for name in same.columns} - {None}) < 2 for same in option.same)
        and all(None in (row[p.left], row[p.right]) or row[p.left] != row[p.right] for p in option.differ)
        and all(tuple(row[name] for name in pool.columns) in pool.rows for pool in option.pools)
    )


def _cell_allows(cell: Cell, value) -> bool:
    if value is None:
        return cell.nulls != "forbidden"
    return cell.nulls != "required" and holds(cell.space, value)


def _order_allows(order: Order, row) -> bool:
    low, high = row[order.low], row[order.high]
    if low is None or high is None:
        return True
    gap = counted(order.gap)
    return low + gap < high if order.strict else low + gap <= high


def _every_draw_passes(option, group, court, source, kept):
    for _ in range(20):
        try:
            row = Drawing(option, court.scope, Picker(lambda n: source.randrange(n))).row({})
        except NoValue:
            continue
        assert tuple(row[name] for name in group.columns) in kept, (option, row)


def _described(group):
    rows = itertools.product(VALUES, repeat=len(group.columns))
    named = (dict(zip(group.columns, values, strict=True)) for values in rows)
    return {
        tuple(row[name] for name in group.columns)
        for row in named
        if any(allows(option, row) for option in group.options)
    }


@given(
    checks=st.lists(expressions, min_size=1, max_size=3),
    required=st.frozensets(columns),
    seed=st.integers(0, 99),
)
@example(["(a < b)", "(b < a)"], frozenset(), 0).via("a cycle is broken where one of them is NULL")
@example(["(a < b)", "(b < c)", "(c < a)"], frozenset("abc"), 0).via("a cycle of three")
@example(["((a + b) + c) = 9"], frozenset("abc"), 0).via("only the greatest values add up")
@example(["((((a + b) + c) < 0) AND (a IS NOT NULL))"], frozenset(), 0).via("a sum that only NULL makes pass")
@example(["(((a <> b) OR (a <> c)) IS NOT TRUE)"], frozenset(), 0).via(
    "equal through a column that may be NULL"
)
@example(["(((b + 0) <> c) AND (NOT (a < 0)))", "(((b + 0) <> c) AND (NOT (a <> b)))"], frozenset(), 0).via(
    "a difference that is said twice, and passed on by a column that may be NULL"
)
@example(["(b = 1)", "((a = 0) AND (a = b))"], frozenset(), 0).via("equal columns whose values clash")
@example(["(NOT ((a = 1) OR (b IS NULL)))"], frozenset(), 0).via("what is unknown passes a CHECK")
def test_the_options_of_small_tables_are_what_trying_everything_finds(checks, required, seed):
    made = table({name: integer(0, 3) for name in NAMES}, *checks, required=required)
    solution = solve(made)
    good = passing(made)
    groups = [group for group in solution.groups if group.columns]
    assert all(group.options for group in solution.groups) or not good
    assert all(not group.trouble for group in solution.groups) or not good
    if not good:
        event("impossible")
        assert any(not group.options for group in solution.groups)
        return
    court = Court(scope_of(made), Present())
    source = Random(seed)
    for group in groups:
        kept = {tuple(row[name] for name in group.columns) for row in good}
        for option in group.options:
            _every_draw_passes(option, group, court, source, kept)
        if group.complete and not any(option.bounds for option in group.options):
            event("complete")
            assert kept <= _described(group)


def _every_draw_passes(option, group, court, source, kept):
    for _ in range(20):
        try:
            row = Drawing(option, court.scope, Picker(lambda n: source.randrange(n))).row({})
        except NoValue:
            continue
        assert tuple(row[name] for name in group.columns) in kept, (option, row)


def _described(group):
    rows = itertools.product(VALUES, repeat=len(group.columns))
    named = (dict(zip(group.columns, values, strict=True)) for values in rows)
    return {
        tuple(row[name] for name in group.columns)
        for row in named
        if any(allows(option, row) for option in group.options)
    }


@pytest.mark.parametrize(
    ("spaces", "checks", "needed"),
    [
        ({"a": integer()}, ["(a > 5)", "(a < 3)"], ["(a > 5)", "(a < 3)"]),
        ({"a": integer(), "b": integer()}, ["(a < b)", "(b < a)", "(a > 0)"], ["(a < b)", "(b < a)"]),
        ({"a": Space("integer", "smallint", low=-32768, high=32767)}, ["(a > 40000)"], ["(a > 40000)"]),
        ({"t": text(3)}, ["(t ~ '^[a-z]{4}$'::text)"], ["(t ~ '^[a-z]{4}$'::text)"]),
        ({"t": text()}, ["(t ~ '^[0-9]+$'::text)", "(t ~ '[a-z]'::text)"], None),
        ({"t": text()}, ["(t = 'a'::text)", "(t <> 'a'::text)"], None),
        ({"a": integer()}, ["((a >= 1) AND (a <= 2))", "(a <> ALL (ARRAY[1, 2]))"], None),
        ({"a": integer(), "b": integer()}, ["(a = b)", "(a > 5)", "(b < 3)"], None),
        ({"a": integer()}, ["false"], ["false"]),
    ],
)
def test_a_contradiction_is_proved_and_the_constraints_are_named(spaces, checks, needed):
    (trouble,) = (g.trouble for g in solve(table(spaces, *checks, required=spaces)).groups if not g.options)
    assert trouble.startswith("public.t: no row can pass ")
    for name in needed or checks:
        assert name in trouble
    assert ("(a > 0)" in trouble) is ("(a > 0)" in (needed or checks))


def test_a_contradiction_of_columns_that_may_be_null_is_solved_by_null():
    (group,) = solve(table({"a": integer()}, "(a > 5)", "(a < 3)")).groups
    (option,) = group.options
    assert option.cell("a").nulls == "required"


def test_what_cannot_be_decided_is_given_up_on_and_not_called_impossible():
    made = table({"t": text()}, "(md5(t) = 'no such digest'::text)", required=("t",))
    (group,) = solve(made).groups
    assert group.options == ()
    assert "gave up on (md5(t) = 'no such digest'::text) after 3000 rows" in group.trouble


def test_a_function_that_nobody_knows_leaves_a_guess_that_says_so():
    made = table({"a": integer()}, "public.is_even(a)", "(a > 7)", required=("a",))
    (group,) = solve(made).groups
    assert group.options[0].cell("a").space.low == 8
    assert "only a server can say whether public.is_even(a) passes" in group.trouble
    assert not group.complete


def test_orders_are_closed_so_that_no_draw_runs_into_a_dead_end():
    made = table({"a": integer(0, 10), "b": integer(0, 10), "c": integer(0, 10)}, "(a < b)", "((b + 3) <= c)")
    (group,) = solve(made).groups
    (option,) = group.options
    assert Order("a", "c", 4) in option.orders
    assert option.cell("a").space.high == 6
    assert option.cell("c").space.low == 4


def test_the_present_is_taken_to_be_anywhere_in_its_span():
    made = table({"d": dates()}, "(d <= CURRENT_DATE)", required=("d",))
    (group,) = solve(made, present=Present("2025-06-01 00:00:00+00", "2035-06-01 00:00:00+00")).groups
    assert str(group.options[0].cell("d").space.high) == "2025-06-01"


def test_months_are_taken_at_their_longest_and_shortest():
    spaces = {"a": dates(), "b": dates()}
    made = table(spaces, "(b >= (a + '1 mon'::interval))", required=spaces)
    (group,) = solve(made).groups
    (order,) = group.options[0].orders
    assert order == Order("a", "b", 31)


def test_columns_that_no_check_ties_together_are_solved_apart():
    solution = solve(table({"a": integer(), "b": integer(), "c": integer()}, "(a > 0)", "(b < c)"))
    assert [group.columns for group in solution.groups] == [("a",), ("b", "c")]
    assert solution.group_of("c").columns == ("b", "c")
    assert solution.group_of("d") is None


def test_a_server_that_is_asked_teaches_which_values_pass():
    def ask(conditions, rows):
        assert conditions == ['"public"."is_even"("a")']  # what follows from the bounds is not asked again
        return [(row["a"] % 2 == 0,) for row in rows]

    made = table({"a": integer()}, "public.is_even(a)", "(a > 7)", required=("a",))
    (group,) = solve(made, ask).groups
    allowed = group.options[0].cell("a").space.allowed
    assert allowed
    assert all(value % 2 == 0 and value > 7 for value in allowed)
    assert "on the server for public.is_even(a)" in group.learned
