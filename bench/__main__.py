"""``python -m bench [NAME ...]``: run the named benchmarks, or all of them; print ratios, write bench/results/*.json."""

from __future__ import annotations

import importlib
import pkgutil
import signal
import sys

import bench


def main(names: list[str]) -> int:
    """Run each benchmark's ``main()``; the exit code is that of the worst."""
    known = [each.name for each in pkgutil.iter_modules(bench.__path__) if not each.name.startswith("_")]
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # or what a contender started would outlive us
    codes = []
    for name in names or known:
        print(f"== {name}", flush=True)
        codes.append(importlib.import_module(f"bench.{name}").main() or 0)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
