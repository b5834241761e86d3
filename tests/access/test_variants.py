from __future__ import annotations

import pytest

from .variants import VARIANTS, Variant, fill, run

every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda each: each.folder.name)


@every_variant
def test_a_broken_variant_is_caught_by_the_rule_it_announces(pg, pg_workbench, variant: Variant, tmp_path):
    fill(pg)
    pg.execute(variant.sql("broken").encode())
    found = run(pg, variant.contract(tmp_path), pg_workbench).findings
    assert variant.caught in {(each.rule, each.subject) for each in found}


@every_variant
def test_a_repaired_variant_is_green(pg, pg_workbench, variant: Variant, tmp_path):
    fill(pg)
    pg.execute(variant.sql("broken").encode())
    pg.execute(variant.sql("repaired").encode())
    assert run(pg, variant.contract(tmp_path), pg_workbench).findings == ()


@every_variant
def test_a_near_miss_stays_quiet(pg, pg_workbench, variant: Variant, tmp_path):
    fill(pg)
    pg.execute(variant.sql("near_miss").encode())
    assert run(pg, variant.contract(tmp_path), pg_workbench).findings == ()
