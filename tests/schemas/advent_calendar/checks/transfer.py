"""Promises about the transfer from the old application."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

import psycopg

from pgproof.database import Connection

from .. import oracle
from ..legacy import Legacy
from ..strategies import legacy_of
from ..transfer import (
    QUERIES,
    adopted,
    bring_back_legacy,
    collected,
    landed,
    rejected,
    rows_after,
    transfer,
)
from ..world import one

Replaced = Mapping[str, str] | None
ADOPTEES = "select new_key from migration.row_mapping where legacy_table = 'advent_days'"
SAMPLE = legacy_of(Random(42), 60, days=6, events=6)


def try_transfer(pg: Connection, replaced: Replaced = None, *, compared: bool = True) -> None:
    """Run the script; that it does not even run is a failure of the promise, not of the check."""
    try:
        transfer(pg, replaced, compared=compared)
    except psycopg.Error as error:
        raise AssertionError(f"the transfer failed with {error.sqlstate}: {error}") from error


def assert_everything_landed(pg: Connection, legacy: Legacy, since: datetime) -> None:
    """The new tables, the mapping and the rejects hold what the oracle says, and nothing else."""
    expected = oracle.expected(legacy)
    assert landed(pg) == expected.landed
    assert rejected(pg) == expected.rejected
    # Days that came from advent_days have a key of their own, and a share link that was missing is a new one.
    adoptees = {key for (key,) in pg.execute(ADOPTEES)}
    for table in QUERIES:
        found = {key: row for key, row in rows_after(pg, table, since).items() if key not in adoptees}
        assert found.keys() == expected.rows[table].keys(), table
        for key, row in expected.rows[table].items():
            got = _without_new_links(table, found[key], row)
            assert got == row, f"{table} {key}: got {got}, expected {row}"
    assert adopted(pg) == oracle.adopted_days(legacy, expected)
    assert collected(pg) == oracle.videos(legacy, expected)


def _without_new_links(table: str, found: tuple[Any, ...], expected: tuple[Any, ...]) -> tuple[Any, ...]:
    if table == "advent_calendar_v2" and expected[2] is None:
        assert found[2] is not None
        return (*found[:2], None, *found[3:])
    return found


def assert_counts_and_checksums_agree(pg: Connection, legacy: Legacy) -> None:
    """What the last run wrote down is what Python counts and computes."""
    rows = pg.execute(
        "select legacy_table, legacy_count, landed_count, legacy_checksum, landed_checksum"
        " from migration.reconciliation where run_id = (select max(run_id) from migration.transfer_runs)"
    ).fetchall()
    assert {table: count for table, count, *_ in rows} == legacy.counts()
    bodies: dict[str, list[tuple[bytes, str]]] = {table: [] for table in legacy.counts()}
    for table, key, body in pg.execute(
        "select legacy_table, legacy_key, body::text from migration.legacy_rows()"
    ):
        bodies[table].append((key.encode(), hashlib.md5(body.encode()).hexdigest()))
    for table, count, landed_count, legacy_checksum, landed_checksum in rows:
        whole = "".join(digest for _, digest in sorted(bodies[table]))
        assert count == landed_count, table
        assert legacy_checksum == landed_checksum == hashlib.md5(whole.encode()).hexdigest(), table


def check_nothing_is_lost(pg: Connection, replaced: Replaced = None, legacy: Legacy = SAMPLE) -> None:
    """Every row of every table lands where the oracle says, and the transfer's own comparison agrees."""
    since = bring_back_legacy(pg, legacy)
    try_transfer(pg, replaced)
    assert_everything_landed(pg, legacy, since)
    assert_counts_and_checksums_agree(pg, legacy)


def check_the_oracle_alone_sees_what_is_lost(pg: Connection, replaced: Replaced = None) -> None:
    """The same without the comparison at the end of the script, so that it cannot be what turns red."""
    since = bring_back_legacy(pg, SAMPLE)
    try_transfer(pg, replaced, compared=False)
    assert_everything_landed(pg, SAMPLE, since)


def check_running_twice_changes_nothing(
    pg: Connection, replaced: Replaced = None, legacy: Legacy = SAMPLE
) -> None:
    """The second run moves nothing, changes nothing, duplicates nothing, and says so."""
    since = bring_back_legacy(pg, legacy)
    try_transfer(pg, replaced)
    before = fingerprint(pg)
    try_transfer(pg, replaced)
    assert fingerprint(pg) == before
    assert_everything_landed(pg, legacy, since)
    assert_counts_and_checksums_agree(pg, legacy)


def fingerprint(pg: Connection) -> dict[str, str]:
    """A digest of every new table and of the books, save what a run says about itself."""
    books = ("migration.row_mapping", "migration.adjusted_values", "migration.rejects")
    media = ("public.media_asset", "public.surprise_collection_v2", "public.surprise_video")
    tables = [*(f"public.{table}" for table in QUERIES), *media, *books]
    digest = "select coalesce(md5(string_agg(md5(t::text), '' order by t::text)), '') from {} as t"
    return {table: one(pg, digest.format(table)) for table in tables}


def check_moved_chats_outlive_the_next_cleanup(pg: Connection, replaced: Replaced = None) -> None:
    """A conversation of last winter is as alive after the transfer as a new one."""
    bring_back_legacy(pg, SAMPLE)
    try_transfer(pg, replaced)
    pg.execute("select private.remove_expired_chat_memory()")
    assert one(pg, "select count(*) from public.chat_session_v2") == len(SAMPLE.chat_record)
    assert one(pg, "select min(expires_at) - now() from public.chat_session_v2").days == 30


# What somebody could do to the new tables, and the legacy table whose comparison has to notice.
DIFFERENCES = (
    (
        "delete from public.calendar_day_v2 as d"
        " where not exists (select from public.day_analytics as e where e.day_id = d.day_id)",
        "calendar_day",
    ),
    ("update public.calendar_day_v2 set message = message || '.' where message is not null", "calendar_day"),
    ("update public.account_v2 set plan = case plan when 'free' then 'premium' else 'free' end", "account"),
    ("update public.child_profile_v2 set hero_photo_asset_id = null", "child"),
    ("update public.advent_calendar_v2 set share_uuid = gen_random_uuid()", "calendar"),
    ("update public.advent_calendar_v2 set is_published = not is_published", "calendar"),
    ("update public.chat_session_v2 set metadata = '{}' where metadata <> '{}'", "chat_record"),
    ("update public.chat_message_v2 set created_at = created_at + interval '1 microsecond'", "chat_message"),
    ("update public.day_analytics set metadata = metadata - 'note'", "analytics_event"),
    ("delete from public.calendar_analytics", "analytics_event"),
    ("delete from migration.rejects where legacy_table = 'chat_message'", "chat_message"),
    ("update public.surprise_video set source_url = source_url || '&t=1'", "surprise_config"),
    ("delete from migration.row_mapping where legacy_table = 'advent_days'", "advent_days"),
    (
        "insert into public.advent_days (id) select min(n) from generate_series(1, 31) as n"
        " where n not in (select id from public.advent_days)",
        "advent_days",
    ),
)


def check_nothing_can_be_lost_without_a_word(pg: Connection) -> None:
    """Whatever is changed or lost before the comparison, it raises, and names the table and nothing else."""
    bring_back_legacy(pg, SAMPLE)
    transfer(pg, compared=False)
    pg.execute("update migration.row_mapping set legacy_digest = null, verified_at = null")
    assert differences_named(pg) == set()
    for change, table in DIFFERENCES:
        with pg.transaction(force_rollback=True):
            assert pg.execute(change.encode()).rowcount > 0, f"nothing to do: {change}"
            assert differences_named(pg) == {table}, change


def differences_named(pg: Connection) -> set[str]:
    """The legacy tables that the comparison complains about."""
    failure: psycopg.Error | None = None
    try:
        with pg.transaction():
            pg.execute("select migration.reconcile()")
            pg.execute("select migration.refuse_differences()")
    except psycopg.Error as error:
        failure = error
    if failure is None or failure.sqlstate != "ACT01":
        return {str(failure)} - {"None"}
    return {part.partition(":")[0] for part in (failure.diag.message_detail or "").split("; ")}
