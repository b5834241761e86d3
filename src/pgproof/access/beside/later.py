"""What will be open as soon as somebody makes it: default privileges that the project added to its platform's. Pure.

Nobody holds anything yet, so there is nothing to try; but no contract speaks of a table that is not there, and row
security is off on a new one (https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pgproof.access.beside.catalog_checks import PLATFORM
from pgproof.access.contract.model import SERVICE, Contract
from pgproof.catalog import Catalog
from pgproof.catalog.model import DefaultPrivileges
from pgproof.catalog.names import quoted
from pgproof.finding import Finding

OBJECTS = ("tables", "functions", "sequences", "schemas")


@dataclass(frozen=True, order=True, slots=True)
class Promise:
    """What ``grantee`` will be granted on ``objects`` that ``maker`` makes, in ``schema`` or anywhere (empty)."""

    grantee: str
    objects: str
    schema: str
    maker: str
    privilege: str


def later_findings(
    contract: Contract, catalog: Catalog, given: Sequence[DefaultPrivileges]
) -> Iterator[Finding]:
    """What the roles of actors will be granted on later objects, beyond what the platform had ``given`` them before."""
    roles = {each.role for each in contract.actors if each.name != SERVICE} | {"public"}
    added = sorted(
        each
        for each in {*promises(catalog.default_privileges)} - {*promises(given)}
        if each.grantee in roles and each.objects in OBJECTS and each.schema not in PLATFORM
    )
    for grantee, objects, schema in dict.fromkeys(
        (each.grantee, each.objects, each.schema) for each in added
    ):
        same = [
            each for each in added if (each.grantee, each.objects, each.schema) == (grantee, objects, schema)
        ]
        yield _finding(contract, same)


def promises(privileges: Iterable[DefaultPrivileges]) -> Iterator[Promise]:
    """Default privileges one by one, but for those that PostgreSQL itself starts with: EXECUTE for everybody."""
    for each in privileges:
        for grant in each.grants:
            if (each.schema, each.objects, grant.grantee) != (None, "functions", "public"):
                yield Promise(grant.grantee, each.objects, each.schema or "", each.role, grant.privilege)


def _finding(contract: Contract, added: Sequence[Promise]) -> Finding:
    first = added[0]
    makers = dict.fromkeys(each.maker for each in added)
    privileges = ", ".join(dict.fromkeys(each.privilege for each in added))
    place = f" in schema {first.schema}" if first.schema else ""
    where = f" in schema {quoted(first.schema)}" if first.schema else ""
    return Finding(
        rule="leak-default-privilege",
        subject=f"{first.grantee} on later {first.objects}{place}",
        expected="nothing granted on what is not there yet: the contract cannot speak of it",
        observed=f"{first.grantee} will have {privileges} on {first.objects} that {', '.join(makers)} makes{place}, "
        "whatever they are for",
        remedy=f"alter default privileges for role {', '.join(map(quoted, makers))}{where} revoke all on "
        f"{first.objects} from {quoted(first.grantee)}, and grant on each what it is for",
        severity="warning",
        path=contract.path,
        causes=(f"defaults {first.grantee} on {first.objects}",),
    )
