"""How a computation ends without a value."""

from __future__ import annotations


class Unknown(Exception):
    """Only the server knows: the message names the function, operator or form that we do not compute."""


class Refused(Exception):
    """The server refuses to compute it, with this SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate
