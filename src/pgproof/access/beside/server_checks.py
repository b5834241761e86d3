"""Servers that let rows be seen whatever the policies say: minor versions before a fix. Pure.

Each line is from the release notes of the version named (https://www.postgresql.org/support/security/).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pgproof.finding import Finding

# what goes wrong, and the first version of each major that is mended
MENDED = {
    "CVE-2023-2455: row security is kept from before a change of role, once a function is inlined": (
        (11, 20), (12, 15), (13, 11), (14, 8), (15, 3),
    ),
    "CVE-2023-39418: MERGE does not ask the policies for UPDATE and SELECT": ((15, 4),),
    "CVE-2024-10976: a statement prepared as one role may be run as another": (
        (12, 21), (13, 17), (14, 14), (15, 9), (16, 5), (17, 1),
    ),
    "CVE-2025-8713: planner statistics of hidden rows can be read through leaky operators": (
        (13, 22), (14, 19), (15, 14), (16, 10), (17, 6),
    ),
}  # fmt: skip


def version_findings(path: Path, version: int) -> Iterator[Finding]:
    """What a server of ``version`` (as ``server_version_num``) is known for; ``path`` is the contract's."""
    major, minor = version // 10000, version % 10000
    for what, fixes in MENDED.items():
        fixed = dict(fixes).get(major, 0)
        if minor >= fixed:
            continue
        yield Finding(
            rule="server-outdated",
            subject=what.split(":")[0],
            expected=f"a server of at least version {major}.{fixed}",
            observed=f"version {major}.{minor}; {what}",
            remedy="update the server to the latest minor version",
            severity="warning",
            path=path,
        )
