"""What can go wrong while rows are written, as messages that name the object and the next step."""

from __future__ import annotations

from pgproof.database import errors
from pgproof.errors import PgproofError, ServerError, UsageError
from pgproof.rows.model.tables import TableModel, TableName

__all__ = ["CannotFill", "RowsRefused", "lost", "told"]


class CannotFill(UsageError):
    """No rows as asked for can exist: too many for a key, none that pass a CHECK, no order to fill in."""


class RowsRefused(PgproofError):
    """The server refused rows; everything was rolled back."""

    exit_code = 3


def told(error: errors.Error, table: TableModel) -> PgproofError:
    """A server's error while a table is filled, as ours."""
    diagnosis = error.diag
    said = _said(error)
    if _is_lost(error):
        return lost(error, f" while {table.name} was filled")
    if isinstance(error, errors.DiskFull):
        return ServerError(
            f"the server's disk is full at {table.name}: {said}; free space there; nothing was kept"
        )
    if isinstance(error, errors.FeatureNotSupported) and "row-level security" in said:
        return UsageError(
            f"{table.name}: row-level security binds this role there, and COPY does not go through it;"
            " connect as the table's owner or as a role with BYPASSRLS; nothing was kept"
        )
    if isinstance(error, errors.FeatureNotSupported) and "XML" in said:
        return UsageError(
            f"{table.name}: this server was built without XML and takes no value of that type; leave the column to"
            f' NULL with null = 1.0 in [rows."{table.name}"], or choose another --server; nothing was kept'
        )
    if isinstance(error, errors.InsufficientPrivilege):
        return UsageError(f"may not write {table.name}: {said}; connect as its owner; nothing was kept")
    if diagnosis.constraint_name:
        return RowsRefused(_constraint(table.name, diagnosis.constraint_name, said, diagnosis.message_detail))
    where = _function(diagnosis.context)
    if where:
        return RowsRefused(
            f"{table.name}: {where} refused a row ({error.sqlstate}): {said}; give the columns that it looks at"
            f' values in [rows."{table.name}"], or leave the table out with --rows {table.name.name}=0;'
            " nothing was kept"
        )
    return RowsRefused(f"{table.name}: the server refused a row ({error.sqlstate}): {said}; nothing was kept")


def lost(error: errors.Error, where: str = "") -> PgproofError:
    """The end of a connection, or any other trouble that no table is to blame for."""
    said = _said(error)
    if _is_lost(error):
        return ServerError(
            f"the connection was lost{where}: {said}; nothing was kept; look at the server's log"
        )
    if isinstance(error, errors.DiskFull):
        return ServerError(f"the server's disk is full: {said}; free space there; nothing was kept")
    return RowsRefused(f"the server gave up ({error.sqlstate}): {said}; nothing was kept")


def _said(error: errors.Error) -> str:
    """What the server or the driver said, in one line."""
    return " ".join((error.diag.message_primary or str(error)).split())


def _is_lost(error: errors.Error) -> bool:
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


def _constraint(table: TableName, constraint: str, said: str, detail: str | None) -> str:
    shown = f" ({detail})" if detail else ""
    return (
        f'{table}: a row violates {constraint}: {said}{shown}; say in [rows."{table}"] what its columns hold;'
        " nothing was kept"
    )


def _function(context: str | None) -> str:
    """The function that raised, if one did: a trigger's, most likely."""
    for line in (context or "").splitlines():
        if line.startswith(("PL/pgSQL function", "SQL function")):
            return line.partition(" line ")[0]
    return ""
