"""Promises about the analytics views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from pgproof.database import Connection

from ...outcomes import refused
from .. import oracle
from ..oracle import PERSONAS, Person, Profile, Session
from ..world import as_service, as_user, as_visitor, new_profile, new_session, new_user
from .streaks import bedtime

VIEWS = (
    "analytics_daily_active_users",
    "analytics_daily_story_stats",
    "analytics_user_personas",
    "analytics_daily_persona_mix",
    "analytics_daily_comprehensive",
)


def populate(pg: Connection, people: Iterable[Person]) -> dict[UUID, Person]:
    """Make these people and what they did; returns them by user."""
    world = {new_user(pg): person for person in people}
    for user, person in world.items():
        if person.profile:
            known = person.profile
            new_profile(pg, user, known.mood, known.routine, known.preferences, known.calming_elements)
        for session in person.sessions:
            new_session(pg, user, session.at, session.theme, session.target_length, session.num_scenes)
    return world


def read(pg: Connection, view: str) -> list[tuple[object, ...]]:
    """All rows of a view, as it orders them."""
    return pg.execute(f"select * from public.{view}".encode()).fetchall()


def check_personas(pg: Connection, people: Mapping[UUID, Person]) -> None:
    """Everyone with a profile or a session is classified as the oracle does, once."""
    rows = read(pg, "analytics_user_personas")
    assert len(rows) == len({row[0] for row in rows})
    assert {row[0]: row[1:] for row in rows} == oracle.personas(people)


def check_daily_views(pg: Connection, people: Mapping[UUID, Person]) -> None:
    """Every day with sessions, newest first, with the numbers of the oracle, in all four daily views."""
    days = oracle.sessions_by_day(people)
    stats = [(day, *oracle.story_stats(told)) for day, told in days.items()]
    dau = [(row[0], row[2]) for row in stats]
    assert read(pg, "analytics_daily_active_users") == dau
    assert read(pg, "analytics_daily_story_stats") == stats
    mixes = {day: oracle.persona_mix(told, people) for day, told in days.items()}
    assert read(pg, "analytics_daily_persona_mix") == [
        (day, name, *mix[name]) for day, mix in mixes.items() for name in sorted(mix)
    ]
    assert read(pg, "analytics_daily_comprehensive") == [
        (day, users, *row[1:], _as_json(mixes[day])) for (day, users), row in zip(dau, stats, strict=True)
    ]


def _as_json(mix: Mapping[str, tuple[int, int, object]]) -> dict[str, dict[str, object]]:
    return {
        name: {"user_count": users, "story_count": stories, "user_percentage": float(str(percentage))}
        for name, (users, stories, percentage) in mix.items()
    }


def some_people() -> list[Person]:
    """One of each persona, two of whom fit several, one without a profile; on some days there are thirds."""
    week = tuple(Session(bedtime(days_ago), theme="sea") for days_ago in range(5))
    return [
        Person(Profile("Stressed", "Close the OFFICE, then the kids", calming_elements=("asmr",)), week),
        Person(
            Profile("Calm", "Work", preferences=("family", "asmr")),
            (Session(bedtime(0), theme="forest", target_length=100),),
        ),
        Person(Profile(calming_elements=("a", "b", "c")), (Session(bedtime(1)),)),
        Person(None, (Session(bedtime(1)), Session(bedtime(0)), Session(bedtime(0), num_scenes=1))),
        Person(Profile("calm", None)),
        Person(),
    ]


def check_the_views_on_some_people(pg: Connection) -> None:
    """All five views, on people that a reader can check by hand."""
    world = populate(pg, some_people())
    check_personas(pg, world)
    check_daily_views(pg, world)


def check_each_word_and_number_decides(pg: Connection) -> None:
    """Every word of the specification makes its persona by itself; in another column, or one too few, it does not."""
    told = tuple(Session(bedtime(days_ago)) for days_ago in range(5))
    works, moods = ("work", "professional", "office", "screen", "computer"), ("calm", "focused", "stressed")
    of_parents, of_children = ("kid", "child", "bedtime", "parent", "family"), ("kid", "child", "family")
    seeks, sounds = ("asmr", "meditation", "wellness", "sensory"), ("asmr", "binaural", "ambient", "sensory")
    expected = {
        "mindful_professional": [
            *(Person(Profile("calm", routine), told) for routine in works),
            *(Person(Profile(mood, "work"), told) for mood in moods),
        ],
        "burned_out_parent": [
            *(Person(Profile(routine=routine)) for routine in of_parents),
            *(Person(Profile(preferences=(word,))) for word in of_children),
        ],
        "wellness_seeker": [
            *(Person(Profile(preferences=(word,))) for word in seeks),
            *(Person(Profile(calming_elements=(word,))) for word in sounds),
            Person(Profile(calming_elements=("sea", "wind", "rain"))),
        ],
        "unknown": [
            Person(Profile("calm", "work"), told[:4]),
            Person(Profile("sleepy", "work"), told),
            Person(Profile("calm", "a walk"), told),
            Person(Profile("work", "calm"), told),
            *(Person(Profile(preferences=(word,))) for word in {*of_parents} - {*of_children}),
            *(Person(Profile(preferences=(word,))) for word in {*sounds} - {*seeks}),
            *(Person(Profile(calming_elements=(word,))) for word in {*seeks} - {*sounds}),
            *(Person(Profile(routine=word)) for word in seeks),
            Person(Profile(calming_elements=("sea", "wind"))),
        ],
    }
    for persona, crowd in expected.items():
        with pg.transaction(force_rollback=True):
            people = populate(pg, crowd)
            found = {row[0]: row[1] for row in read(pg, "analytics_user_personas")}
            wrong = [
                (person, found.get(user)) for user, person in people.items() if found.get(user) != persona
            ]
            assert wrong == [], f"expected {persona}"


def check_the_mix_of_every_day_is_complete(pg: Connection) -> None:
    """Every persona once a day, none null; counts add up to the day's, percentages to 100 (to rounding)."""
    populate(pg, some_people())
    totals = {row[0]: row[1:3] for row in read(pg, "analytics_daily_story_stats")}
    days: dict[date, list[tuple[object, ...]]] = {}
    for day, *mix in read(pg, "analytics_daily_persona_mix"):
        days.setdefault(day, []).append(tuple(mix))
    assert set(days) == set(totals) != set()
    for day, rows in days.items():
        assert sorted(str(row[0]) for row in rows) == sorted(PERSONAS)
        assert (sum(row[2] for row in rows), sum(row[1] for row in rows)) == totals[day]
        assert abs(sum(row[3] for row in rows) - 100) <= 2 * len(PERSONAS) / 400


def check_the_day_of_a_view_is_the_day_in_utc(pg: Connection) -> None:
    """The time zone of the reader moves no session to another day, with or without the index."""
    world = populate(pg, [Person(None, tuple(Session(bedtime(0).replace(hour=hour)) for hour in range(24)))])
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles", "UTC"):
        with pg.transaction(force_rollback=True):
            pg.execute("select set_config('timezone', %s, true)", (zone,))
            check_daily_views(pg, world)


def check_the_index_serves_the_day_grouping(pg: Connection) -> None:
    """A question about some days does not read the sessions of all the others."""
    pg.execute("set local enable_seqscan = off")
    for view in (
        "analytics_daily_active_users",
        "analytics_daily_story_stats",
        "analytics_daily_comprehensive",
    ):
        query = f"explain select * from public.{view} where date = '2024-03-01'".encode()
        plan = "\n".join(line for (line,) in pg.execute(query))
        assert "Index Cond: (((created_at AT TIME ZONE 'utc'::text))::date = '2024-03-01'::date)" in plan, (
            plan
        )


def check_only_the_service_role_reads_the_views(pg: Connection) -> None:
    """Neither a visitor nor a user sees a row about anybody, in any view; the service role sees all."""
    world = populate(pg, some_people())
    for view in VIEWS:
        for somebody in (as_visitor(pg), as_user(pg, next(iter(world)))):
            with refused(pg, "42501"), somebody:
                read(pg, view)
    with as_service(pg):
        check_personas(pg, world)
        check_daily_views(pg, world)


def check_a_view_shows_nobody_more_than_the_tables_do(pg: Connection) -> None:
    """Should a view be granted one day, its reader sees what the policies let through: the own rows."""
    world = populate(pg, some_people())
    user = next(iter(world))
    pg.execute(f"grant select on {', '.join(f'public.{view}' for view in VIEWS)} to authenticated".encode())
    with as_user(pg, user):
        check_personas(pg, {user: world[user]})
        check_daily_views(pg, {user: world[user]})
