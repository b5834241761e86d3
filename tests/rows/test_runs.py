from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.rows.tables import table

from pgproof.rows.population.parents import Free, Grouping
from pgproof.rows.population.runs import Members, Run, fitted
from pgproof.rows.population.world import Block, Population
from pgproof.rows.values.draws import stream

KEY = stream(1, "run")


def population(size: int, **targets: Population) -> Population:
    columns = [f"{each}_id -> {each}s" for each in targets]
    made = Population(table("things", "id", *columns), size)
    for number, (each, target) in enumerate(targets.items()):
        name = f"things_{each}_id_fkey"
        made.targets[name] = target
        made.choosers[name] = Free(stream(number, each), target)
    return made


def everything(of: Population) -> Block:
    return Block(of, np.arange(of.count, dtype=np.int64))


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=20),
)
def test_nobody_gets_more_than_there_is_room_for_and_nothing_is_lost(pairs: list[tuple[int, int]]) -> None:
    wanted, room = (np.array(each, dtype=np.int64) for each in zip(*pairs, strict=True))
    counts = fitted(wanted.copy(), room)
    assert (counts <= room).all()
    assert (counts >= 0).all()
    assert counts.sum() == min(wanted.sum(), room.sum())


@given(st.integers(1, 30), st.integers(1, 12), st.integers(1, 9), st.integers(0, 400))
def test_no_combination_comes_twice(drivers: int, labels: int, days: int, demand: int) -> None:
    above, own = population(drivers), population(demand)

    def radix(size: int) -> object:
        return lambda block: np.full(len(block), size, dtype=np.int64)

    run = Run(KEY, own, (above,), [[radix(labels), radix(days)]])  # type: ignore[list-item]
    own.count = run.share_out(demand)
    assert own.count == min(demand, drivers * labels * days)
    block = everything(own)
    parent, first, second = run.chooser(0)(block), run.digit(block, 0, 0)[0], run.digit(block, 0, 1)[0]
    combinations = set(zip(parent.tolist(), first.tolist(), second.tolist(), strict=True))
    assert len(combinations) == own.count
    assert own.count == 0 or (first.max() < labels and second.max() < days)


@given(st.integers(1, 6), st.integers(1, 25), st.integers(0, 25), st.integers(0, 300))
def test_members_come_from_the_group_of_the_driver_each_once(
    tenants: int, users: int, messages: int, demand: int
) -> None:
    tenant = population(tenants)
    user, message = population(users, tenant=tenant), population(messages, tenant=tenant)
    own = population(demand)
    path = (("things_tenant_id_fkey",),)
    members = Members(KEY, user, Grouping(user, path), path)
    run = Run(KEY, own, (message,), [[members.radix]])
    own.count = run.share_out(demand)
    block = everything(own)
    about, by = run.chooser(0)(block), members.chooser(run, 0)(block)
    tenant_of_message, tenant_of_user = (
        each.parents_of_all("things_tenant_id_fkey") if each.count else np.empty(0, dtype=np.int64)
        for each in (message, user)
    )
    assert (tenant_of_message[about] == tenant_of_user[by]).all()
    assert len(set(zip(about.tolist(), by.tolist(), strict=True))) == own.count
    room = sum(int((tenant_of_user == t).sum()) * int((tenant_of_message == t).sum()) for t in range(tenants))
    assert own.count == min(demand, room)


def test_children_without_a_first_parent_are_runs_of_the_second() -> None:
    users, tenants, own = population(20), population(3), population(500)
    days = [lambda block: np.full(len(block), 50, dtype=np.int64)]
    run = Run(KEY, own, (users, tenants), [days])
    assert run.share_out(500) == 500
    block = everything(own)
    user, tenant = run.chooser(0)(block), run.chooser(1)(block)
    assert ((user < 0) != (tenant < 0)).all()
    assert 0 < (user < 0).sum() < 100
    keys = zip(user.tolist(), tenant.tolist(), run.digit(block, 0, 0)[0].tolist(), strict=True)
    assert len(set(keys)) == 500


def test_drivers_that_have_children_already_get_no_more() -> None:
    users, own = population(10), population(100)
    run = Run(KEY, own, (users,), [], closed=[np.array([2, 7])])
    assert run.share_out(100) == 100
    assert not set(run.chooser(0)(everything(own)).tolist()) & {2, 7}


def test_some_parents_have_many_children_and_some_have_none() -> None:
    parents, own = population(1000), population(20_000)
    children = np.bincount(Free(KEY, parents)(everything(own)), minlength=1000)
    assert children.max() > 500
    assert (children == 0).sum() > 100
    evenly = np.bincount(Free(KEY, parents, "uniform")(everything(own)), minlength=1000)
    assert evenly.max() < 60
