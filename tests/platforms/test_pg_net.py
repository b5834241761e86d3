from __future__ import annotations

from urllib.parse import quote

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("needs_stand_in")
STAND_IN = "pg_net"


def one(pg, query, *values):
    return pg.execute(query, values or None).fetchone()[0]


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@given(value=TEXT)
def test_a_parameter_is_encoded_as_python_encodes_it(pg, value):
    assert one(pg, "select net._urlencode_string(%s)", value) == quote(value, safe="")


def test_requests_are_recorded_with_everything_that_would_be_sent(pg):
    get = one(pg, """select net.http_get('https://example.org/a', '{"q": "x y"}', '{"h": "1"}')""")
    post = one(
        pg,
        "select net.http_post('https://example.org/b?c=1', %s, %s, timeout_milliseconds => 9)",
        '{"n": 1}',
        '{"d": "2"}',
    )
    delete = one(pg, """select net.http_delete('https://example.org/e')""")
    rows = pg.execute(
        "select id, method, url, headers, convert_from(body, 'UTF8')::jsonb, timeout_milliseconds"
        " from net.http_request_queue order by id"
    ).fetchall()
    assert rows == [
        (get, "GET", "https://example.org/a?q=x%20y", {"h": "1"}, None, 5000),
        (post, "POST", "https://example.org/b?c=1&d=2", {"Content-Type": "application/json"}, {"n": 1}, 9),
        (delete, "DELETE", "https://example.org/e", {}, None, 5000),
    ]


def test_a_post_says_that_it_is_json_and_nothing_else(pg):
    pg.execute("""select net.http_post('https://example.org', headers => '{"x": "1"}')""")
    assert one(pg, "select headers from net.http_request_queue") == {
        "x": "1",
        "Content-Type": "application/json",
    }
    with pytest.raises(psycopg.errors.RaiseException, match="Content-Type header must be"):
        pg.execute(
            """select net.http_post('https://example.org', headers => '{"content-type": "text/plain"}')"""
        )


def test_a_request_is_undone_with_the_write_that_caused_it(pg):
    with pg.transaction(force_rollback=True):
        pg.execute("select net.http_get('https://example.org')")
    assert one(pg, "select count(*) from net.http_request_queue") == 0


def test_a_test_answers_a_request(pg):
    request = one(pg, "select net.http_get('https://example.org')")
    assert one(pg, "select (net._http_collect_response(%s)).status", request) == "ERROR"
    pg.execute("""select net.pgproof_respond(%s, 201, '{"ok": true}')""", (request,))
    assert one(pg, "select count(*) from net.http_request_queue") == 0
    assert pg.execute(
        "select status_code, content::jsonb, content_type from net._http_response"
    ).fetchone() == (
        201,
        {"ok": True},
        "application/json",
    )
    status, message, response = one(pg, "select net._http_collect_response(%s)::text", request)[1:-1].split(
        ",", 2
    )
    assert (status, message, response[:6]) == ("SUCCESS", "ok", '"(201,')


def test_a_test_lets_a_request_fail(pg):
    request = one(pg, "select net.http_get('https://example.org')")
    pg.execute(
        "select net.pgproof_respond(%s, timed_out => true, error_msg => 'Timeout was reached')", (request,)
    )
    row = pg.execute("select status_code, content, timed_out, error_msg from net._http_response").fetchone()
    assert row == (None, None, True, "Timeout was reached")


def test_a_request_that_nobody_made_cannot_be_answered(pg):
    with pytest.raises(psycopg.errors.NoDataFound, match="no request 4711 is waiting"):
        pg.execute("select net.pgproof_respond(4711)")


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_every_api_role_may_make_a_request(pg, act_as, role):
    with act_as(role):
        pg.execute("select net.http_get('https://example.org')")
