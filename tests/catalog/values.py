"""Small catalogs made by hand, and a strategy that draws them: no database needed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from pgproof.catalog.model import (
    Catalog,
    Column,
    Constraint,
    DomainType,
    EnumType,
    ForeignKey,
    Grant,
    Index,
    Job,
    Policy,
    Routine,
    Schema,
    Sequence,
    Table,
    TypeRef,
    View,
)

INTEGER = TypeRef(schema="pg_catalog", name="int4", text="integer")
TEXT = TypeRef(schema="pg_catalog", name="text", text="text")
GRID = TypeRef(schema="pg_catalog", name="int4", text="integer[]", dims=2)
SHORT = TypeRef(schema="pg_catalog", name="varchar", text="character varying(8)", length=8)


ALL_OF_A_TABLE = (
    "delete",
    "insert",
    "maintain",
    "references",
    "select",
    "trigger",
    "truncate",
    "update",
)


def grant(privilege: str, grantee: str, grantor: str = "postgres", grantable: bool = False) -> Grant:
    return Grant(privilege=privilege, grantee=grantee, grantor=grantor, grantable=grantable)


def table(name: str, *columns: Column, **fields: object) -> Table:
    numbered = tuple(replace(column, position=i) for i, column in enumerate(columns, start=1))
    return Table(schema="public", name=name, kind="table", owner="postgres", columns=numbered, **fields)


def column(name: str, type_: TypeRef = INTEGER, **fields: object) -> Column:
    return Column(name=name, position=1, type=type_, **fields)


def catalog(*tables: Table, **fields: object) -> Catalog:
    return Catalog(version_num=180000, tables=tables, **fields)


names = st.sampled_from(["a", "b", "c", "Odd name", 'q"q'])
texts = st.none() | st.sampled_from(["", "x", "two\nlines", "größer"])
roles = st.sampled_from(["postgres", "anon", "public", "a b"])
types = st.sampled_from([INTEGER, TEXT, GRID, SHORT])


def unique(elements: st.SearchStrategy, key: str = "name", max_size: int = 3) -> st.SearchStrategy:
    """Tuples of objects with different names, sorted by name."""
    found = st.lists(elements, max_size=max_size, unique_by=lambda item: getattr(item, key))
    return found.map(lambda items: tuple(sorted(items, key=lambda item: getattr(item, key))))


grants = st.lists(
    st.builds(
        Grant,
        privilege=st.sampled_from(["select", "insert", "alter system"]),
        grantee=roles,
        grantor=roles,
        grantable=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda grant: (grant.privilege, grant.grantee, grant.grantor),
).map(lambda found: tuple(sorted(found, key=lambda g: (g.grantee, g.privilege, g.grantor))))

columns = (
    st.lists(
        st.builds(
            Column,
            name=names,
            position=st.just(1),
            type=types,
            not_null=st.booleans(),
            default=texts,
            identity=st.none(),
            generated=st.none(),
            comment=texts,
            grants=grants,
        ),
        max_size=3,
        unique_by=lambda item: item.name,
    )
    .map(lambda found: [replace(item, position=i) for i, item in enumerate(found, start=1)])
    .map(tuple)
)
constraints = unique(
    st.builds(
        Constraint, name=names, kind=st.sampled_from(["check", "unique"]), definition=names, expression=texts
    )
    | st.builds(
        ForeignKey,
        name=names,
        kind=st.just("foreign key"),
        definition=names,
        columns=st.just(("a",)),
        references=names,
        referenced_columns=st.just(("a",)),
        on_delete=st.sampled_from(["cascade", "set null"]),
    )
)
indexes = unique(
    st.builds(
        Index,
        name=names,
        method=st.just("btree"),
        definition=names,
        columns=st.sampled_from([("a",), ("a", None)]),
        constraint=st.booleans(),
        unique=st.booleans(),
    )
)
policies = unique(
    st.builds(
        Policy, name=names, command=st.sampled_from(["all", "select"]), using=texts, permissive=st.booleans()
    )
)
tables = unique(
    st.builds(
        Table,
        schema=st.just("public"),
        name=names,
        kind=st.sampled_from(["table", "foreign table"]),
        owner=roles,
        columns=columns,
        grants=grants,
        constraints=constraints,
        indexes=indexes,
        policies=policies,
        row_security=st.booleans(),
        comment=texts,
        options=st.sampled_from([(), ("fillfactor=70",)]),
        extension=st.none() | st.just("citext"),
    )
)
common = {"schema": st.just("public"), "name": names, "owner": roles, "grants": grants, "comment": texts}
views = unique(
    st.builds(
        View,
        schema=st.just("side"),
        name=names,
        kind=st.just("view"),
        owner=roles,
        columns=columns,
        definition=names,
        grants=grants,
    ),
    max_size=2,
)
sequences = unique(
    st.builds(Sequence, maximum=st.integers(1, 9), owned_by=st.none() | st.just("public.a.b"), **common)
)
routines = unique(
    st.builds(
        Routine,
        input_types=st.sampled_from(["", "integer"]),
        kind=st.sampled_from(["function", "procedure"]),
        language=st.just("sql"),
        source=names,
        returns=st.none() | types,
        **common,
    )
)
catalogs = st.builds(
    Catalog,
    version_num=st.just(180000),
    schemas=unique(st.builds(Schema, name=names, owner=roles, grants=grants)),
    tables=tables,
    views=views,
    sequences=sequences,
    routines=routines,
    enums=unique(st.builds(EnumType, labels=st.sampled_from([(), ("x",), ("x", "y")]), **common)),
    domains=unique(
        st.builds(DomainType, base=types, not_null=st.booleans(), constraints=constraints, **common)
    ),
    jobs=unique(st.builds(Job, name=names, schedule=names, command=names, database=names, username=roles)),
)
