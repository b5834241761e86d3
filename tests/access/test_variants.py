from __future__ import annotations

import pytest

from .variants import VARIANTS, Variant, fill, run

every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda each: each.folder.name)


@every_variant
def test_a_broken_variant_is_caught_by_the_rule_it_announces(pg, variant: Variant, tmp_path):
    fill(pg)
    pg.execute(variant.sql("broken").encode())
    found = run(pg, variant.contract(tmp_path)).findings
    assert variant.caught in {(each.rule, each.subject) for each in found}


@every_variant
def test_a_repaired_variant_is_green(pg, variant: Variant, tmp_path):
    fill(pg)
    pg.execute(variant.sql("broken").encode())
    pg.execute(variant.sql("repaired").encode())
    assert run(pg, variant.contract(tmp_path)).findings == ()


@every_variant
def test_a_near_miss_stays_quiet(pg, variant: Variant, tmp_path):
    fill(pg)
    pg.execute(variant.sql("near_miss").encode())
    assert run(pg, variant.contract(tmp_path)).findings == ()
