"""Whole processes, measured: seconds of the processor from start to end, and the most memory that they held.

The processor's seconds, not the clock's: the processes are busy all the time, and so the work of others on
the machine does not count.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from msgspec import Struct

ROOT = Path(__file__).parent.parent
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}  # each module is compiled once, as in what pip has installed


class Run(Struct, frozen=True):
    seconds: float
    megabytes: float
    out: str


def run(words: Sequence[str], env: Mapping[str, str] | None = None) -> Run:
    """One Python process with these words. Raises AssertionError with its complaint if it fails."""
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, *words], cwd=ROOT, env={**os.environ, **COMPILED, **(env or {})},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise AssertionError(f"{' '.join(words)}: exit {process.returncode}: {err.strip()[-300:]}")
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out)


def typical(runs: Sequence[Run]) -> float:
    """The median of their seconds."""
    return median(one.seconds for one in runs)


def in_turn(
    many: Mapping[str, Sequence[str]], times: int, env: Mapping[str, str] | None = None
) -> dict[str, list[Run]]:
    """Each of several processes so many times, one after the other in turn, so that a busy moment hits all alike."""
    found: dict[str, list[Run]] = {name: [] for name in many}
    for _ in range(times + 1):
        for name, words in many.items():
            found[name].append(run(words, env))
    return {name: runs[1:] for name, runs in found.items()}  # the first ones warm the disk
