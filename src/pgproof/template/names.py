"""Names of the databases that pgproof makes, so that each says what it is and nothing else is ever touched."""

from __future__ import annotations

TEMPLATE = "pgproof_t_"  # a finished state of a project, to be cloned; the rest of the name is its digest
WORK = "pgproof_w_"  # one that is about to become a template; to the holder of the build lock, it is a ruin
CLONE = "pgproof_c_"  # a copy that belongs to one session, whose token follows
CRON = "pgproof_cron"  # what cron.database_name says: a real pg_cron can be created in this database only
KEPT = "pgproof_kept_"  # a copy that a person asked to keep

MEMORY = "pgproof_memory"  # the tablespace of databases that last for a test

TOKEN = 8  # characters


def template(digest: str) -> str:
    """The name of the template with this digest."""
    return TEMPLATE + digest[:24]


def clone(token: str, number: int) -> str:
    """The name of a session's ``number``-th clone."""
    return f"{CLONE}{token}_{number}"


def token_of(name: str) -> str:
    """The session's token in the name of a clone."""
    return name.removeprefix(CLONE)[:TOKEN]


def is_ours(name: str) -> bool:
    """Whether pgproof made the database and may drop it; pg_cron's is replaced, since all need one of that name."""
    return name.startswith((TEMPLATE, WORK, CLONE, KEPT))
