from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=70)
NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


def one(pg, query, *values):
    return pg.execute(query, values or None).fetchone()[0]


@pytest.mark.parametrize("name", NAMESPACES)
def test_namespaces_are_the_ones_of_the_rfc(pg, name):
    assert one(pg, f"select extensions.uuid_ns_{name}()") == NAMESPACES[name]


def test_nil_is_all_zeros(pg):
    assert one(pg, "select extensions.uuid_nil()") == uuid.UUID(int=0)


@given(namespace=st.uuids(), name=NAMES)
def test_named_uuids_agree_with_python(pg, namespace, name):
    assert one(pg, "select extensions.uuid_generate_v3(%s, %s)", namespace, name) == uuid.uuid3(
        namespace, name
    )
    assert one(pg, "select extensions.uuid_generate_v5(%s, %s)", namespace, name) == uuid.uuid5(
        namespace, name
    )


@pytest.mark.parametrize(("function", "version"), [("v1", 1), ("v1mc", 1), ("v4", 4)])
def test_generated_uuids_say_which_version_they_are_and_differ(pg, function, version):
    rows = pg.execute(f"select extensions.uuid_generate_{function}() from generate_series(1, 500)").fetchall()
    found = {value for (value,) in rows}
    assert len(found) == 500
    assert {(value.version, value.variant) for value in found} == {(version, uuid.RFC_4122)}


@pytest.mark.parametrize("function", ["v1", "v1mc"])
def test_a_version_1_uuid_carries_the_time(pg, function):
    value = one(pg, f"select extensions.uuid_generate_{function}()")
    at = datetime(1582, 10, 15, tzinfo=timezone.utc) + timedelta(microseconds=value.time // 10)
    assert abs(at - datetime.now(timezone.utc)) < timedelta(minutes=10)


def test_the_node_of_v1mc_is_marked_as_no_address(pg):
    assert one(pg, "select extensions.uuid_generate_v1mc()").node >> 40 & 1 == 1


def test_a_default_with_the_bare_name_finds_the_schema_extensions(pg):
    pg.execute("create table public.made (id uuid primary key default uuid_generate_v4())")
    pg.execute("insert into public.made default values")
    assert one(pg, "select id from public.made").version == 4


def test_a_null_gives_a_null(pg):
    assert one(pg, "select extensions.uuid_generate_v5(null, 'x')") is None


def test_the_extension_can_move_to_another_schema(pg):
    pg.execute('alter extension "uuid-ossp" set schema public')
    assert one(pg, "select public.uuid_generate_v5(public.uuid_ns_dns(), 'a')") == uuid.uuid5(
        uuid.NAMESPACE_DNS, "a"
    )
    with pytest.raises(psycopg.errors.UndefinedFunction):
        pg.execute("select extensions.uuid_generate_v4()")
