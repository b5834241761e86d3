from __future__ import annotations

import pytest

from .variants import FIXTURES, Variant, fill, run


@pytest.mark.parametrize(
    ("variant", "decided"),
    [
        ("01_row_security_off", "row security is not enabled"),
        ("02_owner_not_forced", "the role owns the table, and row security is not forced"),
        ("06_truncate_granted", "the privilege TRUNCATE, which policies do not bind"),
        ("09_view_without_invoker", "the view reads with the rights of its owner, postgres"),
        ("13_second_permissive_policy", "the policies published, select_member"),
        ("32_with_check_true", "the policy update_own"),
        ("00_lost_grant", "the privilege on table documents"),
        ("36_admin_column", "the privilege on the column"),
        ("40_cascade_into_another_tenant", "a foreign key or trigger passed it on"),
        ("64_no_policy", "no policy permits select to authenticated"),
        ("66_execute_revoked", "the privilege on function my_tenants"),
    ],
)
def test_a_finding_says_which_layer_decided(pg, tmp_path, variant, decided):
    made = Variant(FIXTURES / variant)
    fill(pg)
    pg.execute(made.sql("broken").encode())
    found = {(each.rule, each.subject): each for each in run(pg, made.contract(tmp_path)).findings}
    assert found[made.caught].observed.endswith(f"; decided by: {decided}")
