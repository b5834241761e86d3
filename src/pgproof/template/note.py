"""What is worth knowing of a build later on, kept as the comment on the template database."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pgproof.psql import Message

DefaultPrivileges = tuple[str, "str | None", str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Note:
    """What the scripts made the server say, and the extensions that could not be had.

    ``given`` are the default privileges that were there before the first migration, as pg_default_acl has them: role,
    schema, kind of object and ACL.
    """

    said: tuple[Message, ...] = ()
    missing: tuple[str, ...] = ()
    given: tuple[DefaultPrivileges, ...] = ()

    def to_text(self) -> str:
        """The note as JSON; statements are left out, they can be read in the scripts."""
        said = [{**asdict(replace(each, statement="")), "path": str(each.path)} for each in self.said]
        return json.dumps({"said": said, "missing": self.missing, "given": self.given})

    @classmethod
    def from_text(cls, text: str | None) -> Note:
        """Read what ``to_text`` wrote; nothing reads as an empty note."""
        found = json.loads(text or "{}")
        said = tuple(Message(**{**each, "path": Path(each["path"])}) for each in found.get("said", ()))
        given = ((*each[:3], tuple(each[3])) for each in found.get("given", ()))
        return cls(said, tuple(found.get("missing", ())), tuple(given))
