"""Tables in the schema documentation."""

from __future__ import annotations

from collections.abc import Iterable

from pgproof.catalog.model import (
    Catalog,
    Column,
    Constraint,
    ForeignKey,
    Index,
    Policy,
    Relation,
    Table,
    Trigger,
    View,
)
from pgproof.documents.markdown_text import (
    block,
    cell,
    code,
    code_cell,
    joined,
    link,
    names,
    sentence,
    table,
)


def section(item: Table, catalog: Catalog) -> str:
    """Everything about one table."""
    return joined(
        (
            f"### {item.qualified}\n",
            sentence(item.comment),
            _nature(item),
            columns(item),
            block("Keys and constraints", _constraints(item, catalog)),
            block("Indexes", indexes(item.indexes)),
            block("Row-level security", _policies(item)),
            block("Triggers", triggers(item.triggers)),
            block("Privileges", privileges(item)),
        )
    )


def _nature(item: Table) -> str:
    """What is not an ordinary table says so."""
    if item.partition_key is not None:
        return f"Partitioned by {code(item.partition_key.definition.lower())}.\n"
    if item.server is not None:
        return f"A foreign table on the server {code(item.server)}.\n"
    if item.inherits:
        return f"Inherits from {names(item.inherits)}.\n"
    return "Unlogged: its rows do not survive a crash.\n" if item.persistence == "unlogged" else ""


def columns(item: Relation) -> str:
    """The columns of a table or view; PostgreSQL does not know which columns of a view may be null."""
    return table(
        ("column", "type", "null", "default", "description"),
        (
            (
                code(column.name),
                code_cell(str(column.type)),
                "" if column.not_null or isinstance(item, View) else "yes",
                code_cell(_filled(column)),
                cell(column.comment),
            )
            for column in item.columns
        ),
    )


def _filled(column: Column) -> str | None:
    """Where a value comes from when none is given."""
    if column.identity:
        return f"generated {column.identity} as identity"
    return f"generated: {column.expression}" if column.generated else column.default


def _constraints(item: Table, catalog: Catalog) -> str:
    """All but NOT NULL, which the columns tell."""
    told = (constraint for constraint in item.constraints if constraint.kind != "not null")
    order = {"primary key": 0, "unique": 1, "foreign key": 2}
    return "".join(
        f"- {code(constraint.name)}: {_constraint(constraint, catalog)}{_remark(constraint.comment)}\n"
        for constraint in sorted(told, key=lambda c: (order.get(c.kind, 3), c.name))
    )


def _constraint(constraint: Constraint, catalog: Catalog) -> str:
    if isinstance(constraint, ForeignKey):
        return _foreign_key(constraint, catalog)
    if constraint.kind == "check":
        return f"{code(constraint.expression or '')}{_when_checked(constraint)}"
    if constraint.kind == "exclusion":
        return f"{code(constraint.definition)}{_when_checked(constraint)}"
    nulls = ", nulls not distinct" if constraint.nulls_not_distinct else ""
    return f"{constraint.kind} ({names(constraint.columns)}){nulls}{_when_checked(constraint)}"


def _foreign_key(key: ForeignKey, catalog: Catalog) -> str:
    target = link(key.references) if key.references in catalog.tables_by_name else code(key.references)
    actions = (("on delete", key.on_delete), ("on update", key.on_update))
    done = "".join(f", {event} {action}" for event, action in actions if action != "no action")
    limited = f" ({names(key.on_delete_columns)})" if key.on_delete_columns else ""
    return (
        f"({names(key.columns)}) references {target} ({names(key.referenced_columns)})"
        f"{done}{limited}{_when_checked(key)}"
    )


def _when_checked(constraint: Constraint) -> str:
    """Only what is unusual."""
    remarks = (
        (not constraint.enforced, "not enforced"),
        (constraint.enforced and not constraint.validated, "not validated"),
        (constraint.deferrable and not constraint.initially_deferred, "deferrable"),
        (constraint.initially_deferred, "deferred to the end of the transaction"),
    )
    return "".join(f", {remark}" for applies, remark in remarks if applies)


def _remark(comment: str | None) -> str:
    return f". {' '.join(comment.split())}" if comment else ""


def indexes(items: Iterable[Index]) -> str:
    """The indexes that no constraint brings along."""
    return "".join(f"- {_index(item)}\n" for item in items if not item.constraint)


def _index(item: Index) -> str:
    unique = "unique " if item.unique else ""
    return f"{code(item.name)}: {unique}{code(_keys(item))}{_remark(item.comment)}"


def _keys(index: Index) -> str:
    """Method, columns and condition: the definition from USING on."""
    return index.definition.partition(" USING ")[2]


def _policies(item: Table) -> str:
    if not item.row_security:
        dormant = " Its policies have no effect." if item.policies else ""
        return f"Off: whoever has a privilege on the table reaches every row.{dormant}\n"
    state = "On, for the owner too." if item.force_row_security else "On, except for the owner."
    return joined((f"{state}\n", _policy_table(item.policies) or "No policy: nobody reaches any row.\n"))


def _policy_table(policies: Iterable[Policy]) -> str:
    return table(
        ("policy", "for", "to", "kind", "rows reached", "rows written", "meaning"),
        (
            (
                code(policy.name),
                policy.command,
                cell(names(policy.roles)),
                "" if policy.permissive else "restrictive",
                code_cell(policy.using),
                "the same" if policy.check and policy.check == policy.using else code_cell(policy.check),
                cell(policy.comment),
            )
            for policy in policies
        ),
    )


def triggers(items: Iterable[Trigger]) -> str:
    """The triggers of a table or view."""
    return "".join(
        f"- {code(item.name)}: {item.timing} {_events(item)}, for each {item.level}, runs "
        f"{code(item.function + '()')}{_state(item)}{_remark(item.comment)}\n"
        for item in items
    )


def _events(item: Trigger) -> str:
    of = f" of {names(item.columns)}" if item.columns else ""
    return " or ".join(event + (of if event == "update" else "") for event in item.events)


def _state(item: Trigger) -> str:
    when = f", when {code(item.when)}" if item.when else ""
    deferred = ", at the end of the transaction" if item.initially_deferred else ""
    enabled = {"origin": "", "disabled": ", disabled", "replica": ", on replicas only", "always": ", always"}
    return when + deferred + enabled[item.enabled]


def privileges(item: Relation) -> str:
    """Who may do what, besides the owner: on the whole and on single columns."""
    return table(
        ("role", "privileges", "columns"),
        [
            (code(role), ", ".join(sorted(whole)), "; ".join(_on_columns(item, role)))
            for role, whole in _by_role(item).items()
        ],
    )


def _by_role(item: Relation) -> dict[str, set[str]]:
    """Privileges on the whole relation by role; ``maintain``, which only newer servers have, is not told."""
    found: dict[str, set[str]] = {}
    for grant in sorted(item.grants, key=lambda grant: grant.grantee):
        if grant.grantee != item.owner and grant.privilege != "maintain":
            found.setdefault(grant.grantee, set()).add(grant.privilege)
    for column in item.columns:
        for grant in column.grants:
            found.setdefault(grant.grantee, set())
    return found


def _on_columns(item: Relation, role: str) -> Iterable[str]:
    found: dict[str, list[str]] = {}
    for column in item.columns:
        for grant in column.grants:
            if grant.grantee == role:
                found.setdefault(grant.privilege, []).append(column.name)
    return (f"{privilege}: {names(found[privilege])}" for privilege in sorted(found))
