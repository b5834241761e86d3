"""Apply, take back, apply again: whether a project's scripts do what they say."""

from pgproof.rehearsal.stage import Rehearsal, rehearse

__all__ = ["Rehearsal", "rehearse"]
