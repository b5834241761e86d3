"""What the benchmarks share: whole processes timed, medians of interleaved runs, results as JSON."""

from __future__ import annotations

import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

RESULTS = Path(__file__).with_name("results")


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def process(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; a failure shows its output. A benchmark that is ended lets it clear up after itself."""
    words = list(map(str, command))
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, **options) as running:  # type: ignore[call-overload]
        try:
            out, err = running.communicate()
        except BaseException:
            running.send_signal(signal.SIGINT)
            running.communicate()
            raise
    if running.returncode:
        raise SystemExit(f"{command} exited with {running.returncode}\n{out}\n{err}")
    return subprocess.CompletedProcess(words, running.returncode, out, err)


def interleaved(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median seconds of each contender, taken in turns so that a busy moment hits all of them."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            taken[name].append(seconds(run))
    return {name: statistics.median(each) for name, each in taken.items()}


def report(name: str, figures: Mapping[str, object]) -> None:
    """Print the figures and write them to bench/results/NAME.json."""
    about = {"python": sys.version.split()[0], "machine": platform.machine(), "cores": os.cpu_count()}
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"about": about, **figures}, indent=2)
    (RESULTS / f"{name}.json").write_text(text + "\n", "utf-8")
    for label, figure in figures.items():
        print(f"  {label}: {figure}")
