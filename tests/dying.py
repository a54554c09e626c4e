"""The real command line in a process of its own that kills itself (SIGKILL) at its Nth write point.

    python -m tests.dying N -- blocker's words

A write point lies before and after every transaction of the ledger, and before and after every write,
sync and rename of a file. N = 0 never dies. The number of points passed is printed on stderr at the end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from blocker import cli
from blocker.ledger import Ledger


class Fate:
    def __init__(self, dies_at: int) -> None:
        self.dies_at, self.passed = dies_at, 0

    def point(self) -> None:
        self.passed += 1
        if self.passed == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.point()
            result = function(*args, **kwargs)
            self.point()
            return result

        return wrapped


def main(words: list[str]) -> int:
    fate = Fate(int(words[0]))
    transaction = Ledger._transaction

    @contextmanager
    def mortal(self: Ledger) -> Iterator[None]:
        fate.point()
        with transaction(self):
            yield
            fate.point()
        fate.point()

    Ledger._transaction = mortal  # type: ignore[method-assign]
    Path.replace = fate.around(Path.replace)  # type: ignore[method-assign]
    os.fsync = fate.around(os.fsync)
    os.fchmod = fate.around(os.fchmod)
    code = cli.main(words[2:])
    sys.stderr.write(f"\npoints={fate.passed}\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
