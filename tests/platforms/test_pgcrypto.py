"""pgcrypto: what every implementation must agree on, and what the stand-in does where it cannot."""

from __future__ import annotations

import hashlib
import hmac
import re

import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pgproof import platforms

HASHES = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
# Around the lengths at which a hash needs another block.
LENGTHS = st.one_of(
    st.integers(0, 200), st.sampled_from([55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129])
)


def one(pg, query, *values):
    return pg.execute(query, values or None).fetchone()[0]


@given(name=st.sampled_from(HASHES), data=st.binary(max_size=200))
@example(name="sha1", data=b"a" * 55)
@example(name="sha1", data=b"a" * 56)
@example(name="sha1", data=b"a" * 64)
@example(name="sha1", data=b"")
def test_digest_agrees_with_python(pg, name, data):
    assert one(pg, "select extensions.digest(%b::bytea, %s)", data, name) == hashlib.new(name, data).digest()


@given(name=st.sampled_from(HASHES), data=st.binary(max_size=80), length=LENGTHS)
def test_hmac_agrees_with_python_whatever_the_length_of_the_key(pg, name, data, length):
    key = bytes(i % 251 for i in range(length))
    assert one(pg, "select extensions.hmac(%b::bytea, %b::bytea, %s)", data, key, name) == hmac.digest(
        key, data, name
    )


@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))
def test_text_is_hashed_as_its_bytes(pg, text):
    assert (
        one(pg, "select extensions.digest(%s::text, 'sha256')", text)
        == hashlib.sha256(text.encode()).digest()
    )
    expected = hmac.digest(text.encode(), text.encode(), "sha256")
    assert one(pg, "select extensions.hmac(%s::text, %s::text, 'sha256')", text, text) == expected


@pytest.mark.parametrize("name", ["SHA256", "Sha1"])
def test_the_case_of_an_algorithm_does_not_matter(pg, name):
    assert one(pg, "select extensions.digest('x', %s)", name) == hashlib.new(name.lower(), b"x").digest()


@pytest.mark.parametrize("call", ["digest('x', 'nope')", "hmac('x', 'k', 'nope')"])
def test_an_unknown_algorithm_is_refused(pg, call):
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="No such hash algorithm"):
        pg.execute(f"select extensions.{call}")


@pytest.mark.parametrize("count", [1, 16, 32, 33, 1024])
def test_random_bytes_are_as_many_as_asked_for_and_never_the_same(pg, count):
    first, second = pg.execute(
        "select extensions.gen_random_bytes(%(n)s), extensions.gen_random_bytes(%(n)s)", {"n": count}
    ).fetchone()
    assert (len(first), len(second)) == (count, count)
    assert count == 1 or first != second


@pytest.mark.parametrize("count", [0, -1, 1025])
def test_random_bytes_outside_1_to_1024_are_refused(pg, count):
    with pytest.raises(psycopg.errors.ExternalRoutineInvocationException):
        pg.execute("select extensions.gen_random_bytes(%s)", (count,))


def test_random_bytes_are_not_biased(pg):
    data = one(pg, "select string_agg(extensions.gen_random_bytes(1024), '') from generate_series(1, 8)")
    ones = sum(bin(byte).count("1") for byte in data)
    assert abs(ones - len(data) * 4) < 1000  # 65536 bits: more than seven standard deviations


@pytest.mark.parametrize(
    ("call", "form"),
    [
        ("gen_salt('bf')", r"\$2a\$06\$[./A-Za-z0-9]{22}"),
        ("gen_salt('bf', 10)", r"\$2a\$10\$[./A-Za-z0-9]{22}"),
        ("gen_salt('md5')", r"\$1\$[./A-Za-z0-9]{8}"),
        ("gen_salt('des')", r"[./A-Za-z0-9]{2}"),
        ("gen_salt('xdes')", r"_[./A-Za-z0-9]{8}"),
        ("crypt('pw', extensions.gen_salt('bf', 4))", r"\$2a\$04\$[./A-Za-z0-9]{53}"),
        ("crypt('pw', extensions.gen_salt('md5'))", r"\$1\$[./A-Za-z0-9]{8}\$[./A-Za-z0-9]{22}"),
        ("crypt('pw', extensions.gen_salt('des'))", r"[./A-Za-z0-9]{13}"),
        ("crypt('pw', extensions.gen_salt('xdes'))", r"_[./A-Za-z0-9]{19}"),
    ],
)
def test_salts_and_hashes_have_the_form_of_their_algorithm(pg, call, form):
    assert re.fullmatch(form, one(pg, f"select extensions.{call}"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("gen_salt('bf', 3)", "gen_salt: Incorrect number of rounds"),
        ("gen_salt('bf', 32)", "gen_salt: Incorrect number of rounds"),
        ("gen_salt('nope')", "gen_salt: Unknown salt algorithm"),
        ("crypt('pw', '')", "invalid salt"),
        ("encrypt('x', 'k', 'nope')", 'Cannot use "nope": No such cipher algorithm'),
    ],
)
def test_what_is_no_salt_and_no_cipher_is_refused(pg, call, message):
    with pytest.raises(psycopg.errors.InvalidParameterValue) as caught:
        pg.execute(f"select extensions.{call}")
    assert caught.value.diag.message_primary == message


@given(
    algorithm=st.sampled_from(["bf", "md5", "xdes"]),
    password=st.text("aB1 ü", max_size=8),
    other=st.text("aB1 ü", max_size=8),
)
def test_a_hash_checks_its_password_and_no_other(pg, algorithm, password, other):
    stored = one(
        pg,
        "select extensions.crypt(%s, extensions.gen_salt(%s, case %s when 'bf' then 4 else 0 end))",
        password,
        algorithm,
        algorithm,
    )
    assert one(pg, "select extensions.crypt(%s, %s) = %s", other, stored, stored) == (password == other)


def test_one_password_has_another_hash_each_time(pg):
    hashes = pg.execute(
        "select distinct extensions.crypt('pw', extensions.gen_salt('bf', 4)) from generate_series(1, 5)"
    )
    assert len(hashes.fetchall()) == 5


@given(
    text=st.text(max_size=40).filter(lambda text: "\0" not in text),
    key=st.text("abc", min_size=1, max_size=9),
)
def test_what_is_encrypted_comes_back_with_the_key(pg, text, key):
    secret = one(pg, "select extensions.pgp_sym_encrypt(%s, %s)", text, key)
    assert one(pg, "select extensions.pgp_sym_decrypt(%s, %s)", secret, key) == text
    assert not text or text.encode() not in secret or len(text) < 3


@pytest.mark.parametrize("cipher", ["aes", "aes-cbc/pad:pkcs"])
def test_raw_encryption_comes_back_with_the_key(pg, cipher):
    secret = one(pg, "select extensions.encrypt('geheim', 'key', %s)", cipher)
    assert secret != b"geheim"
    assert one(pg, "select extensions.decrypt(%s, 'key', %s)", secret, cipher) == b"geheim"
    with_iv = one(pg, "select extensions.encrypt_iv('geheim', 'key', '0123456789abcdef', %s)", cipher)
    assert (
        one(pg, "select extensions.decrypt_iv(%s, 'key', '0123456789abcdef', %s)", with_iv, cipher)
        == b"geheim"
    )


def test_a_wrong_key_is_an_error(pg):
    secret = one(pg, "select extensions.pgp_sym_encrypt('geheim', 'right')")
    with pytest.raises(psycopg.errors.ExternalRoutineInvocationException, match="Wrong key or corrupt data"):
        pg.execute("select extensions.pgp_sym_decrypt(%s, 'wrong')", (secret,))


def test_the_extension_can_move_to_another_schema(pg):
    pg.execute("alter extension pgcrypto set schema public")
    assert one(pg, "select public.hmac('x', 'k', 'sha1')") == hmac.digest(b"k", b"x", "sha1")
    stored = one(pg, "select public.crypt('pw', public.gen_salt('bf', 4))")
    assert one(pg, "select public.crypt('pw', %s)", stored) == stored


def test_what_the_stand_in_lacks_is_missing_rather_than_wrong(pg):
    if "pgcrypto" not in platforms.stand_ins_in(pg):
        pytest.skip("this server has the real pgcrypto, which lacks nothing")
    for name in ("pgp_pub_encrypt", "pgp_key_id", "armor", "dearmor"):
        assert one(pg, "select count(*) from pg_proc where proname = %s", name) == 0
