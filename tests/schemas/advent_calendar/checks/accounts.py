"""Promises about opening and claiming an account."""

from __future__ import annotations

from uuid import UUID

from pgproof.database import Connection

from ...outcomes import refused
from ..world import as_person, as_service, as_visitor, new_account, new_person, one

OWNER = "select auth_provider_id from public.account_v2 where account_id = %s"


def ensure_account(pg: Connection, person: UUID) -> UUID:
    """The account of somebody who has signed in, opened if need be."""
    with as_person(pg, person):
        found: UUID = one(pg, "select public.ensure_account()")
    return found


def check_the_first_sign_in_opens_one_account(pg: Connection) -> None:
    """However often somebody signs in, they have one account, and they see it."""
    person = new_person(pg, "New@Family.example")
    account = ensure_account(pg, person)
    assert ensure_account(pg, person) == account
    with as_person(pg, person):
        rows = pg.execute("select account_id, email, email_verified, plan from public.account_v2").fetchall()
    assert rows == [(account, "new@family.example", True, "free")]


def check_the_owner_of_the_address_claims_what_was_carried_over(pg: Connection) -> None:
    """An account without a person belongs to whoever signs in with its address, in any spelling."""
    account = new_account(pg, None, email="anna@family.example", plan="premium")
    anna = new_person(pg, "Anna@Family.EXAMPLE")
    assert ensure_account(pg, anna) == account
    assert one(pg, OWNER, (account,)) == anna
    assert one(pg, "select plan from public.account_v2 where account_id = %s", (account,)) == "premium"


def check_nobody_claims_with_an_address_that_is_not_confirmed(pg: Connection) -> None:
    """Typing an address is not owning it: no claim, and no account that would be in the owner's way."""
    account = new_account(pg, None, email="anna@family.example")
    impostor = new_person(pg, "anna@family.example", confirmed=False)
    with refused(pg, "42501"), as_person(pg, impostor):
        pg.execute("select public.ensure_account()")
    assert one(pg, OWNER, (account,)) is None


def check_nobody_takes_over_an_account_that_has_an_owner(pg: Connection) -> None:
    """Somebody else with the same confirmed address (single sign-on allows it) is refused."""
    first = new_person(pg, "anna@family.example")
    account = ensure_account(pg, first)
    second = new_person(pg)
    pg.execute(
        "update auth.users set email = 'anna@family.example', is_sso_user = true where id = %s", (second,)
    )
    with refused(pg, "42501"), as_person(pg, second):
        pg.execute("select public.ensure_account()")
    assert one(pg, OWNER, (account,)) == first


def check_a_closed_account_is_not_opened_again(pg: Connection) -> None:
    """Signing in does not undo closing, whether the account had an owner already or not."""
    owner = new_person(pg, "anna@family.example")
    pg.execute(
        "update public.account_v2 set is_active = false where account_id = %s", (ensure_account(pg, owner),)
    )
    new_account(pg, None, email="bo@family.example", is_active=False)
    for person in (owner, new_person(pg, "bo@family.example")):
        with refused(pg, "42501"), as_person(pg, person):
            pg.execute("select public.ensure_account()")
    assert one(pg, "select count(*) from public.account_v2 where is_active") == 0


def check_only_somebody_who_signed_in_opens_an_account(pg: Connection) -> None:
    """Visitors and the server have nobody to open one for; nobody inserts one by hand."""
    for actor in (as_visitor, as_service):
        with refused(pg, "42501"), actor(pg):
            pg.execute("select public.ensure_account()")
    with refused(pg, "42501"), as_person(pg, new_person(pg)):
        pg.execute("insert into public.account_v2 (email) values ('somebody@else.example')")


def check_a_deleted_person_takes_the_family_along(pg: Connection) -> None:
    """Deleting the sign-in deletes the account."""
    person = new_person(pg)
    account = ensure_account(pg, person)
    pg.execute("delete from auth.users where id = %s", (person,))
    assert one(pg, "select count(*) from public.account_v2 where account_id = %s", (account,)) == 0
