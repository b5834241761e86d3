"""One schema on two major versions is one schema: what only one of them can say is not a difference.

``recorded/<version>.json`` is the fixture as that version of PostgreSQL reads it. The test that compares the
version in use writes it anew when pytest is given ``--snapshot-update``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.catalog import Catalog, diff, from_json, to_json
from pgproof.catalog.model import Constraint, Extension, View
from pgproof.catalog.scope import only

from . import values
from .values import catalog, column, grant, table

RECORDED = Path(__file__).parent / "recorded"


def of_the_fixture(catalog: Catalog) -> Catalog:
    """Without what the platform brings."""
    own = only(catalog, ["app", "side"])
    return replace(
        own,
        extensions=(),
        default_privileges=tuple(d for d in own.default_privileges if d.schema is not None),
        publications=tuple(p for p in own.publications if p.name.startswith("app_")),
        event_triggers=tuple(e for e in own.event_triggers if e.name.startswith("app_")),
        others=tuple(o for o in own.others if "app" in o.name),
    )


def recorded_versions() -> list[str]:
    return sorted(path.stem for path in RECORDED.glob("*.json"))


def test_the_fixture_is_read_as_it_was_recorded_on_this_version(request, catalog):
    path = RECORDED / f"{catalog.version_num // 10000}.json"
    now = to_json(of_the_fixture(catalog))
    if request.config.getoption("--snapshot-update"):
        path.write_text(now, "utf-8")
    if not path.exists():
        pytest.skip(f"the fixture was not recorded on PostgreSQL {path.stem}")
    assert now == path.read_text("utf-8")


@pytest.mark.parametrize("version", recorded_versions())
def test_the_fixture_is_the_same_on_every_version(catalog, version):
    recorded = from_json((RECORDED / f"{version}.json").read_text("utf-8"))
    assert [str(difference) for difference in diff(recorded, of_the_fixture(catalog))] == []


def test_at_least_two_versions_were_recorded():
    assert {"15", "18"} <= set(recorded_versions())


def on(version: int, *tables, **fields) -> Catalog:
    return replace(catalog(*tables, **fields), version_num=version)


def test_a_real_difference_shows_between_versions_too():
    before = on(150000, table("t", column("a", not_null=True)))
    after = on(180000, table("t", column("a")))
    assert [str(d) for d in diff(before, after)] == ["column public.t.a: not null was yes, is no"]


NAMED = Constraint(name="t_a_not_null", kind="not null", definition="NOT NULL a", columns=("a",))


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"grants": ()}, {"grants": (grant("maintain", "postgres"),)}),
        ({"constraints": ()}, {"constraints": (NAMED,)}),
    ],
)
def test_what_an_older_version_cannot_say_is_a_difference_only_on_one_version(older, newer):
    column_a = column("a", not_null=True)
    assert diff(on(150000, table("t", column_a, **older)), on(180000, table("t", column_a, **newer))) == ()
    same_version = diff(on(180000, table("t", column_a, **older)), on(180000, table("t", column_a, **newer)))
    assert len(same_version) == 1


def view(definition: str) -> View:
    return View(
        schema="public", name="v", kind="view", owner="o", columns=(column("a"),), definition=definition
    )


def test_a_view_may_qualify_its_columns_or_not():
    before = on(150000, views=(view("SELECT t.a FROM public.t WHERE (t.b > 0);"),))
    after = on(160000, views=(view("SELECT a FROM public.t WHERE (b > 0);"),))
    changed = on(160000, views=(view("SELECT a FROM public.t WHERE (b > 1);"),))
    assert diff(before, after) == ()
    assert [d.attribute for d in diff(before, changed)] == ["definition"]


def test_the_version_of_an_extension_belongs_to_the_server():
    before, after = (
        on(version, extensions=(Extension(name="hstore", schema="s", version=of, owner="o"),))
        for version, of in ((150000, "1.8"), (180000, "1.9"))
    )
    assert diff(before, after) == ()
    assert len(diff(before, replace(after, version_num=150000))) == 1


def test_a_domain_that_is_not_null_is_not_null_on_every_version():
    domain = values.DomainType(schema="public", name="d", owner="o", base=values.INTEGER, not_null=True)
    named = Constraint(name="d_not_null", kind="not null", definition="NOT NULL")
    after = on(180000, domains=(replace(domain, constraints=(named,)),))
    assert diff(on(150000, domains=(domain,)), after) == ()
