from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from .checks import rituals as checks
from .checks.rituals import default_rituals, switch_default
from .world import as_user, new_ritual, new_user

SWITCHERS = 16
SWITCHES = 5


def test_a_user_has_one_default_ritual(pg):
    checks.check_a_user_has_one_default_ritual(pg)


def test_two_switches_at_once_leave_one_default(pg_clone):
    checks.check_two_switches_at_once_leave_one_default(pg_clone)


@given(choices=st.lists(st.integers(0, 3), max_size=8))
def test_the_last_switch_decides_which_ritual_is_the_default(pg, choices):
    user = new_user(pg)
    rituals = [new_ritual(pg, user) for _ in range(4)]
    with as_user(pg, user):
        for choice in choices:
            switch_default(pg, user, rituals[choice])
            assert default_rituals(pg, user) == [rituals[choice]]
        assert default_rituals(pg, user) == [rituals[choice] for choice in choices[-1:]]


def test_deleting_the_default_ritual_leaves_none(pg):
    user = new_user(pg)
    ritual = new_ritual(pg, user, is_default=True)
    with as_user(pg, user):
        pg.execute("delete from public.rituals where id = %s", (ritual,))
        assert default_rituals(pg, user) == []
        new_ritual(pg, user, is_default=True)


def test_sixteen_clients_that_switch_at_once_never_make_two_defaults(pg_clone):
    watcher = pg_clone.connect()
    user = new_user(watcher)
    rituals = [new_ritual(watcher, user, is_default=number == 0) for number in range(SWITCHERS)]
    errors = []

    def keep_switching(ritual):
        try:
            connection = pg_clone.connect()
            connection.execute(
                "set deadlock_timeout = '20ms'"
            )  # a second each would be all that this test does
            for _ in range(SWITCHES):
                switch_default(connection, user, ritual)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=keep_switching, args=(ritual,)) for ritual in rituals]
    for thread in threads:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in threads):
        seen.add(len(default_rituals(watcher, user)))
    for thread in threads:
        thread.join()
    assert errors == []
    assert seen <= {1}
    assert len(default_rituals(watcher, user)) == 1
