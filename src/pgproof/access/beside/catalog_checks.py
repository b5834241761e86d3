"""What cannot be tried out, read from the catalog: roles, rights beyond rows, and promises that functions make.

Each check speaks only of what contradicts the contract: the roles that act in it, the schemas that it exposes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgproof.access.attempts.functions import callable_routines
from pgproof.access.contract.model import SERVICE, Contract
from pgproof.access.relations.code import conditions
from pgproof.access.relations.subjects import exposed
from pgproof.access.world.mistakes import never_true_findings, refuse_unknown
from pgproof.catalog import Catalog, read_roles
from pgproof.catalog.model import Cluster, Table, View
from pgproof.catalog.objects import Routine
from pgproof.database import Connection
from pgproof.finding import Finding, Severity

BEYOND_ROWS = ("references", "trigger")
CLAIMS = re.compile(r"current_setting|auth\.(?:uid|jwt|role|email)\b", re.IGNORECASE)


def catalog_findings(connection: Connection, contract: Contract, catalog: Catalog) -> list[Finding]:
    """Everything that the catalog alone says against the contract.

    Raises ``UsageError`` where the contract names what does not exist.
    """
    roles = sorted({each.role for each in contract.actors if each.name != SERVICE})
    cluster = read_roles(connection)
    refuse_unknown(contract, catalog, cluster)
    return [
        *never_true_findings(connection, contract, catalog),
        *role_findings(contract, cluster, catalog, roles),
        *privilege_findings(contract, catalog, roles),
        *function_findings(contract, catalog),
        *schema_findings(contract, catalog, roles),
        *unconfirmed_findings(contract),
    ]


def role_findings(
    contract: Contract, cluster: Cluster, catalog: Catalog, roles: list[str]
) -> Iterator[Finding]:
    """Roles of actors that no policy binds, by themselves or through a role that they are in."""
    owners = {each.owner for each in catalog.tables if each.schema in contract.exposed}
    for name in roles:
        for other in sorted(cluster.roles_of(name)):
            role = cluster.roles_by_name.get(other)
            above = role is not None and (role.superuser or role.bypass_row_security)
            if not above and (other not in owners or other == name):
                continue
            why = "bypasses row security" if above else "owns tables of the contract"
            yield _finding(
                contract,
                "bypass-rls" if other == name else "role-membership",
                f"role {name}",
                "a role that policies bind",
                f"{name} {why}" if other == name else f"{name} is a member of {other}, which {why}",
                f"alter role {name} nobypassrls" if other == name else f"revoke {other} from {name}",
            )


def privilege_findings(contract: Contract, catalog: Catalog, roles: list[str]) -> Iterator[Finding]:
    """Privileges that let somebody act on a table beside its rows: REFERENCES and TRIGGER."""
    for relation in exposed(catalog, contract.exposed):
        grants = (*relation.grants, *(grant for column in relation.columns for grant in column.grants))
        held = {
            (each.grantee, each.privilege)
            for each in grants
            if each.privilege in BEYOND_ROWS and each.grantee in {*roles, "public"}
        } - allowed_beside(contract, relation.qualified)
        for grantee in sorted({each for each, _ in held}):
            names = ", ".join(sorted(privilege for each, privilege in held if each == grantee))
            yield _finding(
                contract,
                "leak-privilege",
                f"{grantee} on {relation.qualified}",
                "no privilege beside those on rows",
                f"{grantee} has {names}",
                f"revoke {names} on {relation.qualified} from {grantee}",
                "warning",
                contract.relations.get(relation.qualified),
            )


def allowed_beside(contract: Contract, label: str) -> set[tuple[str, str]]:
    """Role and privilege, where the contract lets a kind of actor of that role hold it on a relation."""
    role_of = {each.name: each.role for each in contract.actors}
    return {
        (role_of[actor], privilege)
        for (relation, actor), held in contract.holds.items()
        if relation == label
        for privilege in held
    }


def unconfirmed_findings(contract: Contract) -> Iterator[Finding]:
    """Lines that ``pgproof init`` measured and of which nobody has said yet that they are meant."""
    for subject, lines in contract.measured.items():
        yield _finding(
            contract, "not-confirmed", subject, "lines that somebody has read and means",
            f"measured, not confirmed by anybody: line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}",
            'delete "# measured" from each line that says what you mean, and correct the others', "warning", lines[0],
        )  # fmt: skip


def function_findings(contract: Contract, catalog: Catalog) -> Iterator[Finding]:
    """Functions that promise what they do not keep, or run with their owner's rights in the caller's search path."""
    for routine in own_routines(contract, catalog):
        name = f"{routine.kind} {routine.signature}"
        if routine.security_definer and routine.search_path is None:
            yield _finding(
                contract, "search-path", name, "a fixed search_path, as it runs with its owner's rights",
                "the caller's search_path decides what its names mean",
                f"alter {routine.kind} {routine.signature} set search_path = ''", "warning",
            )  # fmt: skip
        if routine.leakproof:
            yield _finding(
                contract, "leakproof", name, "no function of one's own marked LEAKPROOF",
                "it is run on rows before policies and security barriers have spoken",
                f"alter {routine.kind} {routine.signature} not leakproof",
            )  # fmt: skip
        if routine.volatility == "immutable" and CLAIMS.search(routine.source):
            yield _finding(
                contract, "immutable-claims", name, "STABLE, as it reads the claims of the request",
                "it is marked IMMUTABLE: a plan may keep the answer that another user got",
                f"alter {routine.kind} {routine.signature} stable",
            )  # fmt: skip
        if routine.volatility == "volatile" and _in_policy(catalog, routine):
            yield _finding(
                contract, "volatile-in-policy", name, "STABLE, as policies call it",
                "it is VOLATILE: it runs again for every row, and may change what it reads",
                f"alter {routine.kind} {routine.signature} stable", "note",
            )  # fmt: skip


def own_routines(contract: Contract, catalog: Catalog) -> list[Routine]:
    """The functions of the exposed schemas, and those that policies and triggers of their relations call."""
    offered = {each.signature for each in callable_routines(catalog, contract)}
    fired = {
        each.function
        for table in catalog.tables
        if table.schema in contract.exposed
        for each in table.triggers
    }
    return [
        each
        for each in catalog.routines
        if each.extension is None
        and each.schema not in ("auth", "storage", "pgproof")
        and (
            each.signature in offered
            or each.qualified in fired
            or each.signature in fired
            or _in_policy(catalog, each)
        )
    ]


def _in_policy(catalog: Catalog, routine: Routine) -> bool:
    called = re.compile(rf"\b{re.escape(routine.schema)}\.{re.escape(routine.name)}\(")
    return any(called.search(text) for text in conditions(catalog))


def schema_findings(contract: Contract, catalog: Catalog, roles: list[str]) -> Iterator[Finding]:
    """Schemas that the contract does not speak of, with something in them that is somebody's: relations that they have
    been granted, and functions with their owner's rights that nothing in the schema itself has a use for.
    """
    spoken = {*contract.exposed, *(each.split(".")[0] for each in contract.relations)}
    everybody = {*roles, "public"}
    for schema in catalog.schemas:
        open_to = {each.grantee for each in schema.grants if each.privilege == "usage"} & everybody
        if schema.name in spoken or schema.extension or schema.name in PLATFORM or not open_to:
            continue
        inside: list[Table | View | Routine] = [*catalog.tables, *catalog.views]
        inside += [each for each in catalog.routines if each.security_definer and not _has_use(catalog, each)]
        relations = [
            each.signature if isinstance(each, Routine) else each.qualified
            for each in inside
            if each.schema == schema.name and {grant.grantee for grant in each.grants} & everybody
        ]
        if relations:
            yield _finding(
                contract, "not-covered", f"schema {schema.name}", "every schema that somebody may use is exposed by name",
                f"{', '.join(sorted(open_to))} may use it, with {', '.join(relations)}",
                f'add "{schema.name}" to exposed, or revoke usage on schema {schema.name}',
            )  # fmt: skip


def _has_use(catalog: Catalog, routine: Routine) -> bool:
    """Whether a policy, function, trigger, view or column of the database calls a function."""
    called = re.compile(rf"\b{re.escape(routine.name)}\"?\s*\(")
    texts: list[str | None] = [*conditions(catalog)]
    texts += [each.source for each in catalog.routines if each.signature != routine.signature]
    texts += [each.definition for relation in (*catalog.tables, *catalog.views) for each in relation.triggers]
    texts += [each.definition for each in catalog.views]
    texts += [
        text for table in catalog.tables for each in table.columns for text in (each.default, each.expression)
    ]
    return any(called.search(text or "") for text in texts)


# What the platform itself makes and opens.
PLATFORM = frozenset(
    (
        "auth",
        "storage",
        "realtime",
        "extensions",
        "vault",
        "cron",
        "net",
        "graphql",
        "graphql_public",
        "pgproof",
    )
)


def _finding(
    contract: Contract, rule: str, subject: str, expected: str, observed: str, remedy: str,
    severity: Severity = "error", line: int | None = None,
) -> Finding:  # fmt: skip
    return Finding(rule, subject, expected, observed, remedy, severity, path=contract.path, line=line)
