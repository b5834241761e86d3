"""Who one may pretend to be: claims that must not help. Pure.

Nearly everybody here may do what a stranger may. ``user_metadata`` is what users write themselves
(https://supabase.com/docs/guides/auth/users), so it proves nothing, whatever it says; ``app_metadata`` is what the
server writes, so it proves what the contract says that actors carry, and nothing else. Somebody whose token has
expired may do no more than with one that has not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pgproof.access.actors.kinds import Actor
from pgproof.access.actors.metadata import Whose, at, carried, paths, words
from pgproof.access.contract.model import STRANGER, Contract

UNKNOWN = "eeeeeeee-eeee-4eee-beee-eeeeeeeeeeee"
UUID = re.compile(r"'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'", re.IGNORECASE)
DOMAIN = re.compile(r"'%@?([\w-]+(?:\.[\w-]+)+)'")
EXPIRY = re.compile(r"'exp'")
BOASTS = {"role": "admin", "is_admin": True, "admin": True, "user_role": "admin"}
MUCH = 1_000_000
PAST = {"iat": 946684800, "exp": 946688400}  # an hour of the year 2000


def impostors(contract: Contract, actors: Iterable[Actor], texts: Iterable[str]) -> tuple[Actor, ...]:
    """Strangers with claims that are absent, malformed, expired, forged, of an anonymous sign-in, or of a hard-coded
    user; and, where code reads when a token expires, actors whose token has. Where nobody carries claims, strangers
    with settings that are empty, malformed, or nobody's.

    ``texts`` are the policies and function bodies: the identifiers and metadata they name are worth trying.
    """
    actors, texts = tuple(actors), tuple(texts)
    said = " ".join(texts)
    stranger = next((each for each in actors if each.kind == STRANGER), None)
    if stranger is None:
        return ()
    if not stranger.claims:
        return tuple(_set_wrong(stranger, actors))
    made = {
        "without claims": "",
        "with claims that are no JSON": "{",
        "with a user id that is none": json.dumps({"sub": "", "role": "authenticated"}),
        "with nulls for claims": json.dumps({"sub": None, "role": "authenticated"}),
        "whose token has expired": _claims(**PAST),
    }
    kinds = [kind for kind in contract.actors if kind.claims and "is_anonymous" in kind.claims]
    if not kinds:
        made["signed in anonymously"] = _claims(is_anonymous=True)
    made |= _forged(actors, texts) | _undeclared(contract, actors, texts)
    known = {str(value) for actor in actors for value in actor.values.values()}
    for number, found in enumerate(sorted(set(UUID.findall(said)) - known), 1):
        made[f"whose id stands in the code ({number})"] = _claims(sub=found)
    for domain in sorted(set(DOMAIN.findall(said))):
        made[f"with an address that ends like {domain}"] = _claims(email=f"somebody@not{domain}")
    found = [replace(stranger, label=f"somebody {each}", claims=claims) for each, claims in made.items()]
    return (*found, *(_expired(contract, actors) if EXPIRY.search(said) else ()))


def _set_wrong(stranger: Actor, actors: Sequence[Actor]) -> Iterator[Actor]:
    """Strangers for whom the settings say what they say of nobody; a stranger has empty ones, as a connection has that
    was somebody's before.
    """
    known = {name: value for actor in actors for name, value in actor.settings.items() if value}
    ways = {
        "with settings that are no value": dict.fromkeys(known, "{"),
        "with settings that are nobody's": {
            name: "-1" if value.lstrip("-").isdigit() else UNKNOWN for name, value in known.items()
        },
    }
    for said, settings in ways.items():
        yield replace(stranger, label=f"somebody {said}", settings=settings)


def first_of_kinds(actors: Iterable[Actor]) -> list[Actor]:
    """The first actor of every kind that brings values."""
    kinds: dict[str, Actor] = {}
    for actor in actors:
        if actor.values:
            kinds.setdefault(actor.kind, actor)
    return list(kinds.values())


def _forged(actors: Sequence[Actor], texts: Sequence[str]) -> dict[str, str]:
    """Metadata that boasts, and, for one actor of each kind, metadata that claims to be that actor."""
    read = paths(texts, "user")
    made = {"with forged metadata": _claims(user_metadata={**BOASTS, **at(read, "admin")})}
    for value in _values(texts, "user"):
        made[f"with forged metadata that says {value}"] = _claims(user_metadata={**BOASTS, **at(read, value)})
    for actor in first_of_kinds(actors):
        mine = {**BOASTS, **at(read, _first(actor)), **_given(actor)}
        made[f"with metadata of {actor.kind}"] = _claims(user_metadata=mine)
    return made


def _undeclared(contract: Contract, actors: Sequence[Actor], texts: Sequence[str]) -> dict[str, str]:
    """What code reads out of ``app_metadata`` and no actor of the contract carries: a power that nobody speaks of."""
    known = carried(kind.claims for kind in contract.actors)
    read = [each for each in paths(texts, "app") if each[0] not in known]
    if not read:
        return {}
    made = {
        f"with app_metadata that says {value}": _claims(app_metadata=at(read, value))
        for value in ("admin", *_values(texts, "app"))
    }
    for actor in first_of_kinds(actors):
        mine = {**at(read, _first(actor)), **_given(actor)}
        made[f"with app_metadata of {actor.kind}"] = _claims(app_metadata=mine)
    return made


def _values(texts: Sequence[str], whose: Whose) -> Iterator[Any]:
    """What to say where metadata is read: yes, a high number, and every word that it is compared with, alone and in a
    list.
    """
    if paths(texts, whose):
        yield from (True, MUCH)
        for word in words(texts, whose):
            yield from (word, [word]) if isinstance(word, str) else (word,)


def _first(actor: Actor) -> Any:
    return next(iter(_given(actor).values()), "admin")


def _given(actor: Actor) -> dict[str, Any]:
    return {name: value for name, value in actor.values.items() if value is not None}


def _expired(contract: Contract, actors: Sequence[Actor]) -> Iterator[Actor]:
    """One actor of each kind whose token has expired, where the contract has no kind for that."""
    if any(kind.claims and "exp" in kind.claims for kind in contract.actors):
        return
    for actor in first_of_kinds(actors):
        claims = _object(actor.claims)
        if claims is not None:
            yield replace(
                actor,
                label=f"{actor.label} with a token that has expired",
                claims=json.dumps({**claims, **PAST}),
                like=actor.label,
            )


def _object(claims: str) -> dict[str, Any] | None:
    try:
        found = json.loads(claims)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _claims(**more: object) -> str:
    return json.dumps({"sub": UNKNOWN, "role": "authenticated", **more}, default=str)
