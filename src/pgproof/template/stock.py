"""Clones made before they are needed and dropped after nobody waits for it: a test pays for neither."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from pgproof.template.session import Clone


class Stock:
    """One clone ahead of demand. ``make`` and ``drop`` run in one thread of their own, with their own connection.

    Nothing is made before the first ``take``, so that a run which never asks pays nothing.
    """

    def __init__(self, make: Callable[[], Clone], drop: Callable[[str], None]) -> None:
        self._make = make
        self._drop = drop
        self._ready: queue.SimpleQueue[Clone | BaseException] = queue.SimpleQueue()
        self._orders: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def take(self) -> Clone:
        """A clone of one's own; the next one is ordered. Raises what making it raised."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="pgproof clones", daemon=True)
            self._thread.start()
            self._orders.put("")
        self._orders.put("")
        made = self._ready.get()
        if isinstance(made, BaseException):
            raise made
        return made

    def give_back(self, name: str) -> None:
        """Have ``name`` dropped when there is time."""
        self._orders.put(name)

    def close(self) -> None:
        """Finish what was ordered and stop. What nobody took is left to the session."""
        if self._thread:
            self._orders.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        for name in iter(self._orders.get, None):
            if name:
                self._drop(name)
                continue
            try:
                self._ready.put(self._make())
            except BaseException as error:
                self._ready.put(error)
