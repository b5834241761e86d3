from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timezone

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("needs_stand_in")
STAND_IN = "pgjwt"


def one(pg, query, *values):
    return pg.execute(query, values or None).fetchone()[0]


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


PAYLOADS = st.dictionaries(TEXT, st.one_of(TEXT, st.integers(-9, 9), st.booleans()), max_size=3)


@given(bits=st.sampled_from([256, 384, 512]), payload=PAYLOADS, secret=TEXT)
def test_a_token_is_signed_as_python_signs_it(pg, bits, payload, secret):
    text = json.dumps(payload)
    token = one(pg, "select extensions.sign(%s::json, %s, %s)", text, secret, f"HS{bits}")
    signed, _, signature = token.rpartition(".")
    assert signed == b64(f'{{"alg":"HS{bits}","typ":"JWT"}}'.encode()) + "." + b64(text.encode())
    assert signature == b64(hmac.digest(secret.encode(), signed.encode(), getattr(hashlib, f"sha{bits}")))


@pytest.mark.parametrize(("secret", "valid"), [("right", True), ("wrong", False)])
def test_a_token_is_valid_with_its_secret_only(pg, secret, valid):
    row = pg.execute(
        """select * from extensions.verify(extensions.sign('{"sub":"1"}', 'right'), %s)""", (secret,)
    ).fetchone()
    assert row == ({"alg": "HS256", "typ": "JWT"}, {"sub": "1"}, valid)


@pytest.mark.parametrize(("year", "valid"), [(2029, False), (2031, True), (2041, False)])
def test_a_token_is_valid_between_nbf_and_exp_of_the_clock(pg, pg_clock, year, valid):
    times = {
        "nbf": datetime(2030, 1, 1, tzinfo=timezone.utc),
        "exp": datetime(2040, 1, 1, tzinfo=timezone.utc),
    }
    payload = json.dumps({name: at.timestamp() for name, at in times.items()})
    token = one(pg, "select extensions.sign(%s::json, 's')", payload)
    pg_clock.set(datetime(year, 1, 1, tzinfo=timezone.utc))
    assert one(pg, "select valid from extensions.verify(%s, 's')", token) == valid


def test_an_algorithm_without_a_shared_secret_is_refused(pg):
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        pg.execute("select extensions.sign('{}', 's', 'RS256')")


@given(data=st.binary(max_size=40))
def test_url_encoding_comes_back(pg, data):
    assert one(pg, "select extensions.url_encode(%b)", data) == b64(data)
    assert one(pg, "select extensions.url_decode(extensions.url_encode(%b))", data) == data
