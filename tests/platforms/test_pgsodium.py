from __future__ import annotations

import psycopg
import pytest

pytestmark = pytest.mark.usefixtures("needs_stand_in")
STAND_IN = "pgsodium"


def test_pgsodium_has_no_function_to_call(pg):
    with pytest.raises(psycopg.errors.UndefinedFunction):
        pg.execute("select pgsodium.crypto_aead_det_keygen()")
