from __future__ import annotations

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

PATHS = ["c.png", "a/b/c.tar.gz", "noext", "a//b", "/a", "a/", "", ".hidden", "a.b/c", "ä/ö.ü"]


@pytest.fixture
def bucket(pg):
    pg.execute("insert into storage.buckets (id, name) values ('avatars', 'avatars')")
    return "avatars"


def parts(pg, path):
    return pg.execute(
        "select storage.foldername(%(p)s), storage.filename(%(p)s), storage.extension(%(p)s)", {"p": path}
    ).fetchone()


def oracle(path):
    *folders, name = path.split("/")
    return folders, name, name.split(".")[-1]


@pytest.mark.parametrize("path", [path for path in PATHS if path])
def test_path_functions_split_at_slashes_and_at_the_last_dot(pg, path):
    assert parts(pg, path) == oracle(path)


def test_a_file_without_a_dot_is_its_own_extension(pg):
    assert parts(pg, "a/noext") == (["a"], "noext", "noext")


def test_the_empty_path_has_no_parts(pg):
    assert parts(pg, "") == (None, None, None)


@given(path=st.text(st.sampled_from("ab./_ü "), min_size=1, max_size=12))
def test_path_functions_agree_with_splitting_in_python(pg, path):
    assert parts(pg, path) == oracle(path)


def test_path_tokens_follow_the_name(pg, bucket):
    pg.execute("insert into storage.objects (bucket_id, name) values (%s, 'u1/a.png')", (bucket,))
    assert pg.execute("select path_tokens from storage.objects").fetchone() == (["u1", "a.png"],)
    pg.execute("update storage.objects set name = 'u2/x/b.png'")
    assert pg.execute("select path_tokens from storage.objects").fetchone() == (["u2", "x", "b.png"],)


def test_a_name_is_unique_within_its_bucket(pg, bucket):
    pg.execute("insert into storage.objects (bucket_id, name) values (%s, 'a')", (bucket,))
    with pytest.raises(psycopg.errors.UniqueViolation, match="bucketid_objname"):
        pg.execute("insert into storage.objects (bucket_id, name) values (%s, 'a')", (bucket,))


def test_an_update_moves_updated_at(pg, bucket):
    pg.execute(
        "insert into storage.objects (bucket_id, name, updated_at) values (%s, 'a', '2020-01-01')", (bucket,)
    )
    pg.execute("update storage.objects set metadata = '{}'")
    assert pg.execute("select updated_at = now() from storage.objects").fetchone() == (True,)


@pytest.mark.parametrize("table", ["objects", "buckets"])
def test_rows_are_not_deleted_behind_the_back_of_the_storage_service(pg, bucket, table):
    delete = psycopg.sql.SQL("delete from {}").format(psycopg.sql.Identifier("storage", table))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), pg.transaction():
        pg.execute(delete)
    pg.execute("set local storage.allow_delete_query = 'true'")
    pg.execute(delete)
    assert pg.execute(
        psycopg.sql.SQL("select count(*) from {}").format(psycopg.sql.Identifier("storage", table))
    ).fetchone() == (0,)


@pytest.mark.parametrize(("role", "seen"), [("anon", 0), ("authenticated", 0), ("service_role", 1)])
def test_without_a_policy_only_the_service_role_sees_objects(pg, bucket, act_as, role, seen):
    pg.execute("insert into storage.objects (bucket_id, name) values (%s, 'a')", (bucket,))
    with act_as(role):
        assert pg.execute("select count(*) from storage.objects").fetchone() == (seen,)


def test_a_policy_on_the_first_folder_lets_a_user_into_his_own(pg, bucket, act_as):
    mine, yours = "11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555"
    pg.execute(
        "create policy own on storage.objects to authenticated"
        " using ((select auth.uid())::text = (storage.foldername(name))[1])"
        " with check ((select auth.uid())::text = (storage.foldername(name))[1])"
    )
    with act_as("authenticated", {"sub": mine}):
        pg.execute("insert into storage.objects (bucket_id, name) values (%s, %s)", (bucket, f"{mine}/a.png"))
        with pytest.raises(psycopg.errors.InsufficientPrivilege), pg.transaction():
            pg.execute(
                "insert into storage.objects (bucket_id, name) values (%s, %s)", (bucket, f"{yours}/a.png")
            )
    with act_as("authenticated", {"sub": yours}):
        assert pg.execute("select count(*) from storage.objects").fetchone() == (0,)


def test_buckets_add_up_by_size(pg, bucket):
    for name, size in [("a", 3), ("b", 4)]:
        pg.execute(
            "insert into storage.objects (bucket_id, name, metadata) values (%s, %s, %s)",
            (bucket, name, f'{{"size": {size}}}'),
        )
    assert pg.execute("select * from storage.get_size_by_bucket()").fetchall() == [(7, "avatars")]
