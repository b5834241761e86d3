"""Promises about the audit log: complete, sealed, in one chain, append-only, and for admins only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from pgproof.database import Connection

from .. import oracle
from ..world import (
    accepted,
    as_server,
    as_user,
    new_admin,
    new_booking,
    new_crypto_payment,
    new_payment,
    new_review,
    new_user,
    one,
    refused,
)

# Every way in which a session can print a moment, a number or a string differently.
SESSIONS = (
    {"timezone": "UTC", "datestyle": "ISO, MDY"},
    {"timezone": "Europe/Berlin", "datestyle": "German, DMY"},
    {"timezone": "America/New_York", "datestyle": "SQL, MDY"},
    {"timezone": "Asia/Riyadh", "datestyle": "Postgres, DMY", "intervalstyle": "iso_8601"},
    {"timezone": "Australia/Lord_Howe", "datestyle": "ISO, YMD", "extra_float_digits": "-5"},
    {"timezone": "Pacific/Apia", "bytea_output": "escape", "lc_numeric": "C"},
)


def verifies(pg: Connection) -> bool:
    """What `verify_audit_log_integrity()` says."""
    return one(pg, "select public.verify_audit_log_integrity()")


@contextmanager
def session(pg: Connection, settings: dict[str, str]) -> Iterator[None]:
    """Another session's settings, for what happens inside."""
    with pg.transaction():
        before = [(name, one(pg, "select current_setting(%s)", (name,))) for name in settings]
        for name, value in settings.items():
            pg.execute("select set_config(%s, %s, true)", (name, value))
        yield
        for name, value in before:
            pg.execute("select set_config(%s, %s, true)", (name, value))


@contextmanager
def tampering(pg: Connection) -> Iterator[None]:
    """What only the owner of a database can do, triggers off; undone afterwards."""
    with pg.transaction(force_rollback=True):
        pg.execute("alter table public.audit_log disable trigger all")
        pg.execute("alter table private.audit_anchors disable trigger all")
        yield


def pay_in_one_statement(pg: Connection, user: UUID, count: int) -> None:
    """Several payments at once, of 1, 2, 3 ... SAR."""
    pg.execute(
        "insert into public.payments (user_id, amount) select %s, n from generate_series(1, %s) as n",
        (user, count),
    )


def write_history(pg: Connection) -> None:
    """Inserts, updates and deletes in all three audited tables, one and several rows at a time."""
    user = new_user(pg)
    for amount in (10, 20, 30):
        new_payment(pg, user, amount)
    pg.execute("update public.payments set status = 'refunded' where user_id = %s", (user,))
    new_crypto_payment(pg, user)
    review = new_review(pg, user)
    pg.execute("update public.booking_outcomes set rating = 1 where id = %s", (review,))
    pg.execute("delete from public.booking_outcomes where id = %s", (review,))


def check_untouched_log_verifies_in_every_session(pg: Connection) -> None:
    """Whatever time zone and styles the writer had, and whatever the reader has."""
    for settings in SESSIONS:
        with session(pg, settings):
            write_history(pg)
    for settings in SESSIONS:
        with session(pg, settings):
            assert verifies(pg), settings


def check_chain_is_total_and_unforked(pg: Connection) -> None:
    """1, 2, 3 ...: each row seals the one before, also several in one statement and one transaction."""
    user = new_user(pg)
    pay_in_one_statement(pg, user, 5)
    write_history(pg)
    rows = pg.execute("select id, previous_hash, current_hash from public.audit_log order by id").fetchall()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert [row[1] for row in rows] == [oracle.FIRST_HASH, *(row[2] for row in rows[:-1])]
    assert len({row[2] for row in rows}) == len(rows) >= 14
    assert verifies(pg)


def check_seals_are_what_the_oracle_computes(pg: Connection) -> None:
    """Every stored field goes into the hash, in the documented form."""
    rows = pg.execute(
        "select id, table_name, operation, user_id::text, performed_by::text, performed_as,"
        " nullif(format('%s', ip_address), ''), previous_hash, old_data::text,"
        " new_data::text, at, current_hash from public.audit_log order by id"
    ).fetchall()
    assert rows
    for row in rows:
        assert oracle.seal(row[:8], (row[8], row[9]), row[10]) == row[11], f"audit row {row[0]}"


def check_every_edit_is_found(pg: Connection) -> None:
    """In every column, the columns that somebody adds to the table later included."""
    write_history(pg)
    columns = pg.execute(
        "select attname, atttypid::regtype::text from pg_attribute"
        " where attrelid = 'public.audit_log'::regclass and attnum > 0 and not attisdropped order by attnum"
    ).fetchall()
    assert len(columns) == 12
    for name, type_ in columns:
        with tampering(pg):
            pg.execute("alter table public.audit_log drop constraint audit_log_operation_is_known")
            pg.execute(f"update public.audit_log set {name} = {OTHER_VALUE[type_]} where id = 2".encode())
            assert not verifies(pg), name


OTHER_VALUE = {
    "bigint": "1000000",
    "text": "'tampered'",
    "uuid": "gen_random_uuid()",
    "jsonb": "'{\"amount\": 1}'",
    "inet": "'203.0.113.9'",
    "timestamp with time zone": "'2001-01-01'",
}


def check_every_deletion_is_found(pg: Connection) -> None:
    """At the beginning, in the middle, at the end, and of everything."""
    write_history(pg)
    last = one(pg, "select max(id) from public.audit_log")
    for condition in ("id = 1", "id = 3", f"id = {last}", f"id > {last - 3}", "true"):
        with tampering(pg):
            assert pg.execute(f"delete from public.audit_log where {condition}".encode()).rowcount > 0
            assert not verifies(pg), condition


def check_a_rewritten_chain_is_found(pg: Connection) -> None:
    """Even if every hash from the edited row on is computed anew: the anchors keep the old ones."""
    write_history(pg)
    with tampering(pg):
        pg.execute("update public.audit_log set new_data = '{\"amount\": 1}' where id = 2")
        for number in range(2, one(pg, "select max(id) from public.audit_log") + 1):
            pg.execute(
                "update public.audit_log as a set previous_hash = b.current_hash from public.audit_log as b"
                " where b.id = a.id - 1 and a.id = %s",
                (number,),
            )
            pg.execute(
                "update public.audit_log as a set current_hash = private.audit_hash(a) where a.id = %s",
                (number,),
            )
        assert not verifies(pg)


def check_append_only_for_everybody(pg: Connection) -> None:
    """Update, delete and truncate fail for the owner, the server and travellers, and change nothing."""
    write_history(pg)
    before = pg.execute("select * from public.audit_log order by id").fetchall()
    statements = (
        "update public.audit_log set table_name = 'x'",
        "update public.audit_log set table_name = 'x' where false",
        "delete from public.audit_log where id = 1",
        "truncate public.audit_log",
        "truncate private.audit_anchors",
        "delete from private.audit_anchors",
    )
    for statement in statements:
        with refused(pg):
            pg.execute(statement.encode())
        for actor in (as_server, lambda pg: as_user(pg, new_user(pg))):
            with refused(pg), actor(pg):
                pg.execute(statement.encode())
    with refused(pg), pg.transaction():
        pg.execute("grant all on public.audit_log to service_role")
        with as_server(pg):
            pg.execute("delete from public.audit_log")
    with refused(pg), pg.transaction():
        pg.execute("set local session_replication_role = replica")
        pg.execute("delete from public.audit_log")
    assert pg.execute("select * from public.audit_log order by id").fetchall() == before


def check_only_admins_read_the_log(pg: Connection) -> None:
    """Travellers see none of it, not even what is about them; admins and the server see all of it."""
    write_history(pg)
    user = one(pg, "select user_id from public.audit_log limit 1")
    count = one(pg, "select count(*) from public.audit_log")
    with as_user(pg, user):
        assert one(pg, "select count(*) from public.audit_log") == 0
    admin = new_admin(pg)
    with as_user(pg, admin):
        assert one(pg, "select count(*) from public.audit_log") == count
        assert verifies(pg)
    with as_server(pg):
        assert one(pg, "select count(*) from public.audit_log") == count
        assert verifies(pg)
    with refused(pg), as_user(pg, user):
        verifies(pg)


def check_nobody_writes_the_log_by_hand(pg: Connection) -> None:
    """Rows come from triggers: the API roles may not insert."""
    for actor in (as_server, lambda pg: as_user(pg, new_user(pg)), lambda pg: as_user(pg, new_admin(pg))):
        with refused(pg), actor(pg):
            pg.execute(
                "insert into public.audit_log (table_name, operation, performed_as)"
                " values ('x', 'INSERT', 'x')"
            )


def check_travellers_changes_are_recorded(pg: Connection) -> None:
    """The trigger writes where the traveller may not, and says who did it."""
    user = new_user(pg)
    booking = new_booking(pg, user)
    with accepted(pg), as_user(pg, user):
        pg.execute(
            "insert into public.booking_outcomes (user_id, booking_id, hotel_identifier, check_in_date,"
            " check_out_date, price_per_night, total_price, rating, would_rebook, expectation_exceeded)"
            " values (%s, %s, 'hotel-nile', '2026-02-01', '2026-02-03', 120, 240, 4, true, false)",
            (user, booking),
        )
        pg.execute("update public.booking_outcomes set rating = 5 where user_id = %s", (user,))
        pg.execute("delete from public.booking_outcomes where user_id = %s", (user,))
    rows = pg.execute(
        "select table_name, operation, performed_by, performed_as,"
        " old_data ->> 'rating', new_data ->> 'rating' from public.audit_log where user_id = %s order by id",
        (user,),
    ).fetchall()
    who = (user, "authenticated")
    assert rows == [
        ("booking_outcomes", "INSERT", *who, None, "4"),
        ("booking_outcomes", "UPDATE", *who, "4", "5"),
        ("booking_outcomes", "DELETE", *who, "5", None),
    ]


TAMPERING: tuple[Callable[[Connection], None], ...] = (
    check_every_edit_is_found,
    check_every_deletion_is_found,
    check_a_rewritten_chain_is_found,
)
