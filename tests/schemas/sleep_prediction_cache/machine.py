"""A state machine that does to a database whatever parents and the prediction service do, and keeps a model beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pgproof.database import Connection

from . import world
from .checks.model import check_database_equals_model
from .oracle import Cache, Prediction
from .world import Sleep

HOURS = st.integers(0, 30)
LENGTHS = st.none() | st.integers(1, 12)
QUALITIES = st.sampled_from([None, "good", "very_poor"])
SOME = st.integers(1, 4)


def ended(since: int, length: int | None) -> int | None:
    """When a sleep ends."""
    return None if length is None else since + length


EDITS: st.SearchStrategy[Callable[[Sleep], Sleep]] = st.one_of(
    st.just(lambda sleep: sleep),
    st.builds(lambda quality: lambda sleep: replace(sleep, quality=quality), QUALITIES),
    st.builds(lambda length: lambda sleep: replace(sleep, until=ended(sleep.since, length)), LENGTHS),
    st.builds(lambda hour: lambda sleep: replace(sleep, since=hour, until=None), HOURS),
    st.builds(lambda minutes: lambda sleep: replace(sleep, minutes=minutes), st.none() | st.integers(1, 99)),
    st.builds(lambda type_: lambda sleep: replace(sleep, type=type_), st.sampled_from(["night", "nap"])),
    st.builds(lambda counts: lambda sleep: replace(sleep, counts=counts), st.booleans()),
)


class CacheMachine(RuleBasedStateMachine):
    """Steps on a database (in a transaction that is undone), each followed by a comparison with the model."""

    pg: Connection

    def __init__(self) -> None:
        super().__init__()
        self._undone = self.pg.transaction(force_rollback=True)
        self._undone.__enter__()
        self.pg.execute("set constraints all deferred")
        self.model = Cache()
        self._made = 0
        for _ in range(2):
            parent = world.new_parent(self.pg)
            for _ in range(2):
                self.model.children[world.new_child(self.pg, parent)] = parent.user

    def teardown(self) -> None:
        """Take everything back."""
        self._undone.__exit__(None, None, None)

    def key(self) -> UUID:
        """A key that is the same in every run of the same steps."""
        self._made += 1
        return UUID(int=self._made)

    def pick(self, data: st.DataObject, options: Any) -> Any:
        """One of the options; sorted by nothing but their order, which is that of their making."""
        return data.draw(st.sampled_from(list(options)))

    def pick_some(self, data: st.DataObject) -> list[UUID]:
        """One or more sessions."""
        keys = list(self.model.sessions)
        return data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=4, unique=True))

    # What parents do

    @rule(data=st.data(), count=SOME, since=HOURS, length=LENGTHS)
    def add(self, data: st.DataObject, count: int, since: int, length: int | None) -> None:
        """Sessions of one or several children, in one statement."""
        fresh = {
            self.key(): Sleep(
                self.pick(data, self.model.children), since + number, ended(since + number, length)
            )
            for number in range(count)
        }
        world.add_sessions(self.pg, fresh)
        self.model.change(self.model.sessions | fresh)

    @precondition(lambda self: self.model.sessions)
    @rule(data=st.data(), edit=EDITS)
    def edit(self, data: st.DataObject, edit: Callable[[Sleep], Sleep]) -> None:
        """The same edit of some sessions, in one statement; it may change nothing."""
        edited = {key: edit(self.model.sessions[key]) for key in self.pick_some(data)}
        world.change_sessions(self.pg, edited)
        self.model.change(self.model.sessions | edited)

    @precondition(lambda self: self.model.sessions)
    @rule(data=st.data(), edit=EDITS)
    def move(self, data: st.DataObject, edit: Callable[[Sleep], Sleep]) -> None:
        """Some sessions go to children, each to its own, and are edited in the same statement."""
        moved = {
            key: replace(edit(self.model.sessions[key]), child=self.pick(data, self.model.children))
            for key in self.pick_some(data)
        }
        world.change_sessions(self.pg, moved)
        self.model.change(self.model.sessions | moved)

    @precondition(lambda self: self.model.sessions)
    @rule(data=st.data(), edit=EDITS, since=HOURS)
    def add_or_edit(self, data: st.DataObject, edit: Callable[[Sleep], Sleep], since: int) -> None:
        """A new session and an edit of others, in one statement that does both."""
        written = {key: edit(self.model.sessions[key]) for key in self.pick_some(data)}
        written[self.key()] = Sleep(self.pick(data, self.model.children), since, None)
        world.add_or_change_sessions(self.pg, written)
        self.model.change(self.model.sessions | written)

    @precondition(lambda self: self.model.sessions)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Some sessions, in one statement."""
        gone = self.pick_some(data)
        world.delete_sessions(self.pg, gone)
        self.model.change({key: sleep for key, sleep in self.model.sessions.items() if key not in gone})

    @precondition(lambda self: len(self.model.children) > 2)
    @rule(data=st.data())
    def remove_child(self, data: st.DataObject) -> None:
        """A child and everything about it."""
        child = self.pick(data, self.model.children)
        self.pg.execute("delete from public.children where id = %s", (child,))
        self.model.remove_child(child)

    # What the prediction service does

    @precondition(lambda self: self.model.sessions)
    @rule(data=st.data(), hash_=st.sampled_from(["a", "b", "c"]))
    def create_context(self, data: st.DataObject, hash_: str) -> None:
        """Of some sessions of a child; one that leaves finished sleep out is refused."""
        child = self.model.sessions[self.pick(data, self.model.sessions)].child
        own = sorted(self.model.sleep_of(child), key=lambda key: self.model.sessions[key].since, reverse=True)
        listed = own[: data.draw(st.integers(1, len(own)))]
        known = self.model.context_for(child, hash_)
        try:
            with self.pg.transaction():
                key = world.new_context(self.pg, child, listed, hash_)
        except psycopg.errors.SerializationFailure:
            assert self.model.lacks(child, listed)
            return
        assert not self.model.lacks(child, listed)
        assert known in (None, key)
        self.model.describe(key, child, hash_, listed)

    @precondition(lambda self: self.model.contexts)
    @rule(data=st.data())
    def save(self, data: st.DataObject) -> None:
        """A prediction for a context, current or not; an active one that is there already stays."""
        context = self.pick(data, self.model.contexts)
        active = self.model.active_in(context)
        key = world.new_prediction(self.pg, context)
        if active:
            assert key == active
        else:
            self.model.predictions[key] = Prediction(context, self.model.contexts[context].current)

    @precondition(lambda self: self.model.contexts)
    @rule(data=st.data(), is_active=st.booleans())
    def insert_prediction(self, data: st.DataObject, is_active: bool) -> None:
        """The same by a plain insert: a second active one is refused, a late one is inactive."""
        context = self.pick(data, self.model.contexts)
        child, current = self.model.contexts[context].child, self.model.contexts[context].current
        try:
            with self.pg.transaction():
                key = world.insert_prediction(self.pg, child, context, is_active=is_active)
        except psycopg.errors.UniqueViolation:
            assert is_active
            assert self.model.active_in(context)
            return
        assert not (is_active and self.model.active_in(context))
        self.model.predictions[key] = Prediction(context, is_active and current)

    @precondition(lambda self: self.model.predictions)
    @rule(data=st.data(), is_active=st.booleans())
    def switch(self, data: st.DataObject, is_active: bool) -> None:
        """Somebody switches a prediction on or off."""
        key = self.pick(data, self.model.predictions)
        prediction = self.model.predictions[key]
        other = self.model.active_in(prediction.context)
        if is_active and self.model.contexts[prediction.context].current and other not in (None, key):
            return  # refused by the unique key, which insert_prediction tries
        self.pg.execute("update public.predictions set is_active = %s where id = %s", (is_active, key))
        prediction.active = is_active and self.model.contexts[prediction.context].current

    @precondition(lambda self: self.model.predictions)
    @rule(data=st.data(), from_cache=st.booleans())
    def serve(self, data: st.DataObject, from_cache: bool) -> None:
        """A prediction, active or not."""
        key = self.pick(data, self.model.predictions)
        usage = world.serve(self.pg, key, from_cache=from_cache)
        self.model.predictions[key].served[usage] = from_cache

    @precondition(lambda self: self.model.predictions)
    @rule(data=st.data(), count=SOME)
    def import_usage(self, data: st.DataObject, count: int) -> None:
        """Several usages of several predictions, in one statement."""
        fresh = {self.key(): self.pick(data, self.model.predictions) for _ in range(count)}
        self.pg.execute(
            "insert into public.prediction_usage (id, prediction_id, child_id, was_from_cache)"
            " select u.id, p.id, p.child_id, true"
            " from unnest(%s::uuid[], %s::uuid[]) as u (id, prediction_id)"
            " join public.predictions as p on p.id = u.prediction_id",
            (list(fresh), list(fresh.values())),
        )
        for usage, key in fresh.items():
            self.model.predictions[key].served[usage] = True

    @precondition(lambda self: any(each.served for each in self.model.predictions.values()))
    @rule(data=st.data(), count=SOME)
    def forget_usage(self, data: st.DataObject, count: int) -> None:
        """Some usages are deleted, in one statement."""
        usages = [usage for each in self.model.predictions.values() for usage in each.served]
        gone = data.draw(st.lists(st.sampled_from(usages), min_size=1, max_size=count, unique=True))
        self.pg.execute("delete from public.prediction_usage where id = any(%s)", (gone,))
        for each in self.model.predictions.values():
            each.served = {usage: hit for usage, hit in each.served.items() if usage not in gone}

    @precondition(lambda self: any(each.served for each in self.model.predictions.values()))
    @rule(data=st.data())
    def move_usage(self, data: st.DataObject) -> None:
        """All usages of a prediction go to another one, of any child, in one statement."""
        served = [key for key, each in self.model.predictions.items() if each.served]
        key, other = self.pick(data, served), self.pick(data, self.model.predictions)
        self.pg.execute(
            "update public.prediction_usage as u set prediction_id = p.id, child_id = p.child_id"
            " from public.predictions as p where u.prediction_id = %s and p.id = %s",
            (key, other),
        )
        usages, self.model.predictions[key].served = self.model.predictions[key].served, {}
        self.model.predictions[other].served |= usages

    @rule(data=st.data(), hash_=st.sampled_from(["a", "b", "c"]))
    def find(self, data: st.DataObject, hash_: str) -> None:
        """What the cache has for a child's sleep, or that there is none."""
        child = self.pick(data, self.model.children)
        context = self.model.context_for(child, hash_)
        active = self.model.active_in(context) if context else None
        assert world.find(self.pg, child, hash_) == ([active] if active else [])

    @invariant()
    def database_equals_model(self) -> None:
        """Every step leaves what the model says."""
        check_database_equals_model(self.pg, self.model)


class Script:
    """Choices made beforehand, in place of those that Hypothesis draws."""

    def __init__(self, *choices: int) -> None:
        self._choices = iter(choices)

    def draw(self, _: object) -> int:
        """The next one."""
        return next(self._choices)


class ScriptedMachine(CacheMachine):
    """The same machine for steps that a test writes down: options are chosen by their place."""

    def pick(self, data: Any, options: Any) -> Any:
        """The option at the next place."""
        return list(options)[data.draw(None)]

    def pick_some(self, data: Any) -> list[UUID]:
        """One session."""
        return [self.pick(data, self.model.sessions)]
