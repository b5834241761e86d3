"""Roles, memberships and settings of the server."""

from __future__ import annotations

from .case import Case

MADE = "create role app_reader"
READER = "role app_reader: "
ALTER = "alter role app_reader "
MEMBER = MADE + "; create role app_team; grant app_team to app_reader"
MEMBERSHIP = "membership of app_reader in app_team granted by postgres"

CASES = [
    Case("Role", MADE, READER + "still there"),
    Case("Role", "drop role app_reader", READER + "missing", setup=MADE),
    Case("Role.superuser", ALTER + "superuser", READER + "superuser was no, is yes", setup=MADE),
    Case("Role.inherit", ALTER + "noinherit", READER + "inherit was yes, is no", setup=MADE),
    Case("Role.create_role", ALTER + "createrole", READER + "create role was no, is yes", setup=MADE),
    Case("Role.create_database", ALTER + "createdb", READER + "create database was no, is yes", setup=MADE),
    Case("Role.login", ALTER + "login", READER + "login was no, is yes", setup=MADE),
    Case("Role.replication", ALTER + "replication", READER + "replication was no, is yes", setup=MADE),
    Case(
        "Role.bypass_row_security",
        ALTER + "bypassrls",
        READER + "bypass row security was no, is yes",
        setup=MADE,
    ),
    Case(
        "Role.connection_limit",
        ALTER + "connection limit 3",
        READER + "connection limit was -1, is 3",
        setup=MADE,
    ),
    Case(
        "Role.valid_until",
        ALTER + "valid until '2030-01-01 00:00+00'",
        READER + "valid until was null, is 2030-01-01 00:00:00+00",
        setup=MADE,
    ),
    Case(
        "Role.comment",
        "comment on role app_reader is 'Reads.'",
        READER + "comment was null, is Reads.",
        setup=MADE,
    ),
    Case(
        "Setting",
        ALTER + "set statement_timeout = '3s'",
        "setting statement_timeout of role app_reader: still there",
        setup=MADE,
    ),
    Case(
        "Setting.value",
        ALTER + "set statement_timeout = '5s'",
        "setting statement_timeout of role app_reader: value was 3s, is 5s",
        setup=MADE + "; alter role app_reader set statement_timeout = '3s'",
    ),
    Case(
        "Setting",
        "do $$ begin execute format('alter role app_reader in database %I set work_mem = 999', "
        "current_database()); "
        "end $$",
        "setting work_mem of role app_reader in this database: still there",
        setup=MADE,
    ),
    Case(
        "Setting",
        "do $$ begin execute format('alter database %I set work_mem = 999', current_database()); end $$",
        "setting work_mem in this database: still there",
    ),
    Case("Membership", "revoke app_team from app_reader", MEMBERSHIP + ": missing", setup=MEMBER),
    Case(
        "Membership.admin",
        "grant app_team to app_reader with admin option",
        MEMBERSHIP + ": admin was no, is yes",
        setup=MEMBER,
    ),
    Case(
        "Membership.inherit",
        "grant app_team to app_reader with inherit false",
        MEMBERSHIP + ": inherit was yes, is no",
        setup=MEMBER,
        since=160000,
    ),
    Case(
        "Membership.set",
        "grant app_team to app_reader with set false",
        MEMBERSHIP + ": set was yes, is no",
        setup=MEMBER,
        since=160000,
    ),
]
