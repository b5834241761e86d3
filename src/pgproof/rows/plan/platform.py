"""What Supabase writes into its own table of users, so that rows of it look as if it had made them.

Source: the columns' values after a sign-up by e-mail with GoTrue, the server behind ``auth``.
"""

from __future__ import annotations

from collections.abc import Mapping

from pgproof.rows.model.tables import SchemaModel, TableName
from pgproof.rows.plan.overrides import ColumnOverride

USERS = TableName("auth", "users")
_USUAL: Mapping[str, ColumnOverride] = {
    "instance_id": ColumnOverride(values=("00000000-0000-0000-0000-000000000000",)),
    "aud": ColumnOverride(values=("authenticated",)),
    "role": ColumnOverride(values=("authenticated",)),
    "raw_app_meta_data": ColumnOverride(values=('{"provider": "email", "providers": ["email"]}',)),
    "is_super_admin": ColumnOverride(null=1.0),
    "is_sso_user": ColumnOverride(values=("false",)),
    "is_anonymous": ColumnOverride(values=("false",)),
    "email": ColumnOverride(null=0.0),
}


def usual_columns(model: SchemaModel) -> dict[tuple[TableName, str], ColumnOverride]:
    """What to know of the platform's columns; nothing where ``auth.users`` is a table of somebody's own."""
    columns = {c.name for table in model.tables if table.name == USERS for c in table.columns}
    if not {"instance_id", "aud", "raw_app_meta_data", "is_super_admin"} <= columns:
        return {}
    return {(USERS, name): usual for name, usual in _USUAL.items() if name in columns}
