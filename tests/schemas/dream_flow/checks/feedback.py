"""Promises about feedback: about one's own session, once, within bounds."""

from __future__ import annotations

from pgproof.database import Connection

from ...outcomes import refused
from ..world import as_service, as_user, new_feedback, new_session, new_user


def check_nobody_rates_a_session_of_somebody_else(pg: Connection) -> None:
    """Neither as oneself nor in the owner's name; and the owner, afterwards, can."""
    owner, stranger = new_user(pg), new_user(pg)
    session = new_session(pg, owner)
    insert = (
        "insert into public.session_feedback (session_id, user_id, rating, mood_delta) values (%s, %s, 1, 0)"
    )
    for author in (stranger, owner):
        for end in ("", " returning rating"):
            with refused(pg, "42501"), as_user(pg, stranger):
                pg.execute(f"{insert}{end}".encode(), (session, author))
    with as_user(pg, owner):
        new_feedback(pg, session, owner, rating=5)
    assert _ratings(pg) == [(session, owner, 5)]


def check_feedback_cannot_be_moved_to_somebody_elses_session(pg: Connection) -> None:
    """An update may not do what an insert may not."""
    owner, stranger = new_user(pg), new_user(pg)
    target, own = new_session(pg, owner), new_session(pg, stranger)
    feedback = new_feedback(pg, own, stranger)
    for statement in (
        "update public.session_feedback set session_id = %(session)s",
        "update public.session_feedback set session_id = %(session)s where id = %(feedback)s",
        "update public.session_feedback set session_id = %(session)s, user_id = %(owner)s",
    ):
        with refused(pg, "42501"), as_user(pg, stranger):
            pg.execute(statement.encode(), {"session": target, "feedback": feedback, "owner": owner})
    assert _ratings(pg) == [(own, stranger, 4)]


def check_even_the_service_role_cannot_mix_up_author_and_owner(pg: Connection) -> None:
    """The foreign key holds author and session together where no policy applies."""
    owner, stranger = new_user(pg), new_user(pg)
    session = new_session(pg, owner)
    with refused(pg, "23503", "session_feedback_user_id_session_id_fkey"), as_service(pg):
        new_feedback(pg, session, stranger)


def check_a_session_has_one_feedback(pg: Connection) -> None:
    """The second is refused, also from the owner; after taking the first back there is room again."""
    owner = new_user(pg)
    session = new_session(pg, owner)
    with as_user(pg, owner):
        new_feedback(pg, session, owner, rating=2)
    with refused(pg, "23505", "session_feedback_session_id_key"), as_user(pg, owner):
        new_feedback(pg, session, owner, rating=3)
    with as_user(pg, owner):
        pg.execute("delete from public.session_feedback")
        new_feedback(pg, session, owner, rating=3)
    assert _ratings(pg) == [(session, owner, 3)]


def _ratings(pg: Connection) -> list[tuple[object, ...]]:
    return pg.execute("select session_id, user_id, rating from public.session_feedback").fetchall()
