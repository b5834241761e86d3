"""Who one may pretend to be: claims that must not help. Pure.

Everybody here may do what a stranger may. ``user_metadata`` is what users write themselves
(https://supabase.com/docs/guides/auth/users), so it proves nothing, whatever it says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from pgproof.access.actors import Actor
from pgproof.access.contract import STRANGER, Contract

UNKNOWN = "eeeeeeee-eeee-4eee-beee-eeeeeeeeeeee"
UUID = re.compile(r"'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'", re.IGNORECASE)
METADATA_KEY = re.compile(r"user_meta_?data'(?:::text)?\)?\s*->>?\s*'([^']+)'")
BOASTS = {"role": "admin", "is_admin": True, "admin": True, "user_role": "admin"}


def impostors(contract: Contract, actors: Iterable[Actor], texts: Iterable[str]) -> tuple[Actor, ...]:
    """Strangers with claims that are absent, malformed, forged, of an anonymous sign-in, or of a hard-coded user.

    ``texts`` are the policies and function bodies: the identifiers and metadata they name are worth trying.
    """
    actors, said = tuple(actors), " ".join(texts)
    stranger = next((each for each in actors if each.kind == STRANGER), None)
    if stranger is None:
        return ()
    made = {
        "without claims": "",
        "with claims that are no JSON": "{",
        "with a user id that is none": json.dumps({"sub": "", "role": "authenticated"}),
        "with nulls for claims": json.dumps({"sub": None, "role": "authenticated"}),
    }
    kinds = [kind for kind in contract.actors if kind.claims and "is_anonymous" in kind.claims]
    if not kinds:
        made["signed in anonymously"] = _claims(is_anonymous=True)
    made |= _forged(actors, said)
    known = {str(value) for actor in actors for value in actor.values.values()}
    for number, found in enumerate(sorted(set(UUID.findall(said)) - known), 1):
        made[f"whose id stands in the code ({number})"] = _claims(sub=found)
    return tuple(
        replace(stranger, label=f"somebody {words}", claims=claims) for words, claims in made.items()
    )


def _forged(actors: Iterable[Actor], texts: str) -> dict[str, str]:
    """Metadata that boasts, and, for one actor of each kind, metadata that claims to be that actor."""
    boasts = {**BOASTS, **dict.fromkeys(METADATA_KEY.findall(texts), "admin")}
    made = {"with forged metadata": _claims(user_metadata=boasts)}
    kinds: dict[str, Actor] = {}
    for actor in actors:
        if actor.values:
            kinds.setdefault(actor.kind, actor)
    for kind, actor in kinds.items():
        values = {name: value for name, value in actor.values.items() if value is not None}
        for key in METADATA_KEY.findall(texts):
            values.setdefault(key, next(iter(values.values()), "admin"))
        made[f"with metadata of {kind}"] = _claims(user_metadata={**BOASTS, **values})
    return made


def _claims(**more: object) -> str:
    return json.dumps({"sub": UNKNOWN, "role": "authenticated", **more}, default=str)
