"""A kill at any write point of ``learn``: its two blocks both stand, or neither does, once another command went through.

A sample of the points is tried, or all of them with BLOCKER_TEST_EVERY_KILL=1.
"""

from __future__ import annotations

import re
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.test_learn import calendar
from tests.tools.dying import Death, Mortals
from tests.whole.test_kills import EVERY

NOW = "2026-11-02T06:30"


class Stage:
    """A calendar that has its blocks already, and what each death of ``learn`` leaves of it."""

    def __init__(self, folder: Path, mortals: Mortals) -> None:
        self.place, self.mortals = folder / "place", mortals
        self.file = self.place / "calendar.ics"
        self.file.write_bytes(calendar("1000-1130", weeks=6))
        assert self.call("run", "-y").code == 0
        shutil.copytree(self.place, folder / "before")
        lived = self.call("learn", "The go-live")
        assert lived.code == 0, lived.err
        assert self.teams() == 2
        self.deaths: dict[bytes, Path] = {}
        for dies_at in range(1, lived.points + 1, 1 if EVERY else 4):
            self.set_back(folder / "before")
            assert self.call("learn", "The go-live", dies_at=dies_at).code == -signal.SIGKILL
            left = b"".join(path.read_bytes() for path in sorted(self.place.rglob("*")) if path.is_file())
            if left not in self.deaths:
                self.deaths[left] = Path(shutil.copytree(self.place, folder / f"killed-at-{dies_at}"))

    def set_back(self, kept: Path) -> None:
        shutil.rmtree(self.place)
        shutil.copytree(kept, self.place)

    def after_each_death(self) -> Iterator[str]:
        found = set()
        for kept in self.deaths.values():
            self.set_back(kept)
            found.add(self.teams())
            yield f"{kept.name}, {self.teams()} there"
        assert found == {0, 1, 2}, "a kill came between the two"

    def call(self, *words: str, dies_at: int = 0) -> Death:
        return self.mortals.call("--calendar", f"ics:{self.file}", "--now", NOW, *words, dies_at=dies_at)

    def teams(self) -> int:
        """How many blocks of learning teams there are; each once."""
        keys = Counter(re.findall(rb"X-BLOCKER-KEY:(\S+)", self.file.read_bytes()))
        assert max(keys.values(), default=1) == 1
        return sum(key.startswith(b"team/") for key in keys)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    (folder / "place").mkdir()
    with Mortals(folder / "place") as mortals:
        yield Stage(folder, mortals)


def test_the_next_run_leaves_both_or_neither_and_the_one_after_has_nothing_to_do(stage: Stage) -> None:
    for where in stage.after_each_death():
        assert stage.call("run").code == 0, where
        assert stage.teams() in (0, 2), where
        written = stage.file.read_bytes()
        assert stage.call("run").code == 0, where
        assert stage.file.read_bytes() == written, where


@pytest.mark.parametrize(
    "words",
    [("learn", "Again"), ("rebalance", "2026-W46", "-y"), ("undo",), ("skip", "friday")],
    ids=lambda words: words[0],
)
def test_so_it_does_after_another_command(stage: Stage, words: tuple[str, ...]) -> None:
    for where in stage.after_each_death():
        if stage.teams() == 1:
            between = stage.call(*words)
            assert between.code == 0, (where, between)
            assert stage.call("run").code == 0, where
            assert stage.teams() % 2 == 0, where


def test_the_run_that_mends_it_may_be_killed_too(stage: Stage) -> None:
    for where in stage.after_each_death():
        if stage.teams() == 1:
            for dies_at in range(1, 40, 1 if EVERY else 12):
                stage.call("run", dies_at=dies_at)
            assert stage.call("run").code == 0, where
            assert stage.teams() in (0, 2), where
