"""``Server``: how to reach a running server. What every kind of server hands to the rest of pgproof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlencode

MAINTENANCE = "postgres"  # the database in which databases are made and dropped


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. ``host`` is a socket folder or a loopback address; ``user`` is a superuser.

    ``version_num`` is PostgreSQL's (180006); ``psql`` the client to run scripts with; ``folder`` the cluster's
    place in the cache, if it is ours; ``control_path`` whether stand-in extensions can be offered to it;
    ``memory`` a folder for what need not outlive the server (``places.memory_folder``).
    ``loopback_password`` is the random one of a server that is reached by its socket otherwise.
    """

    kind: str
    version_num: int
    host: str
    port: int
    psql: Path
    user: str = "postgres"
    password: str | None = None
    loopback_password: str | None = None
    folder: Path | None = None
    control_path: bool = False
    memory: Path | None = None
    options: tuple[tuple[str, str], ...] = ()

    @property
    def version(self) -> str:
        """The version as people write it: ``18.6``."""
        return f"{self.version_num // 10000}.{self.version_num % 10000}"

    def dsn(self, dbname: str = MAINTENANCE) -> str:
        """A connection URL for the database ``dbname``; the password, if there is one, is in it."""
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        options = dict(self.options)
        host = quote(self.host, safe="")
        if self.host.startswith("/"):
            options["host"], host = self.host, ""
        at = f"{host}:{self.port}" if host else ""
        if not host:
            options["port"] = str(self.port)
        query = f"?{urlencode(options, quote_via=quote)}" if options else ""
        return f"postgresql://{quote(self.user, safe='')}{secret}@{at}/{quote(dbname, safe='')}{query}"

    def over_loopback(self) -> Server:
        """The same server as programs that know no sockets reach it; the password has to be set first."""
        return replace(self, host="127.0.0.1", password=self.loopback_password)

    def environment(self, dbname: str) -> dict[str, str]:
        """The variables that libpq and most frameworks read an address from."""
        found = {"DATABASE_URL": self.dsn(dbname), "PGHOST": self.host, "PGPORT": str(self.port),
                 "PGUSER": self.user, "PGDATABASE": dbname}  # fmt: skip
        return found | ({"PGPASSWORD": self.password} if self.password else {})
