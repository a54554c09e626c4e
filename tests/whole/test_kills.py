"""A kill at every write point of a real run: nothing of the person's is lost, nothing of ours doubles.

The real process dies by SIGKILL; the next run must end where an undisturbed one ends. A sample of the
points is tried, or all of them with BLOCKER_TEST_EVERY_KILL=1.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any, Protocol

import pytest

from blocker.calendars.caldav.sign_in import SignIn, keep
from blocker.calendars.port import Surroundings
from blocker.commands.sample import sample_calendar
from blocker.files.private import private_folder
from blocker.values.intervals import Interval
from tests.calendars.dir.vdir import put, split
from tests.tools.caldav_servers import KINDS as SERVERS
from tests.tools.caldav_servers import CalDavServer, Person, running
from tests.tools.dying import ROOT, Death, Mortals
from tests.tools.google_days import blocks, busy_weeks, key, meeting, others
from tests.tools.google_server import GoogleServer

NOW = "2026-11-02T06:30"
MONDAY = date(2026, 11, 2)
FULL_WEEK = [date(2026, 11, 23) + timedelta(days=n) for n in range(5)]
EVERY = bool(os.environ.get("BLOCKER_TEST_EVERY_KILL"))  # read here: no test sees the machine's own
SAMPLE = 4  # deaths for each command and calendar in an ordinary run
COMMANDS = [("run",), ("rebalance", "2026-W46", "-y"), ("skip", "2026-W47"), ("undo",)]


class Stage(Protocol):
    """A place that can be set back to one moment: a calendar with blocks, one of them under a new meeting, and
    those of another week under meetings that leave them no other place.
    """

    def reset(self) -> None: ...
    def call(self, *words: str, dies_at: int = 0) -> Death: ...
    def keys(self) -> Counter[str]: ...
    def foreign(self) -> object: ...


class FileStage:
    scheme = "ics"

    def __init__(self, folder: Path) -> None:
        self.place, self.kept = folder / "place", folder / "kept"
        self.place.mkdir()
        self.calendar = self._sample()
        self.mortals = Mortals(self.place)
        assert self.call("run", "-y").code == 0
        self._drop_a_meeting_on(b"strategic/2026-W46")
        for day in FULL_WEEK:
            self._add(
                b"full-%d" % day.day, f"{day:%Y%m%d}T050000Z".encode(), f"{day:%Y%m%d}T200000Z".encode()
            )
        shutil.copytree(self.place, self.kept)

    def reset(self) -> None:
        shutil.rmtree(self.place)
        shutil.copytree(self.kept, self.place)

    def call(self, *words: str, dies_at: int = 0) -> Death:
        address = f"{self.scheme}:{self.calendar}"
        return self.mortals.call("--calendar", address, "--now", NOW, *words, dies_at=dies_at)

    def keys(self) -> Counter[str]:
        return Counter(found.decode() for found in re.findall(rb"X-BLOCKER-KEY:(\S+)", self._content()))

    def foreign(self) -> object:
        """The file without our components. No temporary file is left beside it once a run went through."""
        parts = re.split(rb"(BEGIN:VEVENT\r\n.*?END:VEVENT\r\n)", self.calendar.read_bytes(), flags=re.DOTALL)
        return [part for part in parts if part and b"X-BLOCKER-KEY" not in part]

    def left_over(self) -> list[Path]:
        return list(self.place.glob(".calendar.ics*"))

    def _sample(self) -> Path:
        path = self.place / "calendar.ics"
        path.write_bytes(sample_calendar(MONDAY))
        return path

    def _content(self) -> bytes:
        return self.calendar.read_bytes()

    def _drop_a_meeting_on(self, name: bytes) -> None:
        content = self._content()
        slot = re.search(rb"X-BLOCKER-KEY:%s\S*\r\nX-BLOCKER-SLOT:(\w+)/(\w+)" % name, content)
        assert slot is not None
        self._add(b"hit", slot[1], slot[2])

    def _add(self, uid: bytes, start: bytes, end: bytes) -> None:
        lines = (
            b"BEGIN:VEVENT",
            b"UID:" + uid,
            b"DTSTAMP:20260101T000000Z",
            b"DTSTART:" + start,
            b"DTEND:" + end,
        )
        meeting = b"\r\n".join((*lines, b"SUMMARY:Hit", b"END:VEVENT", b""))
        self._put(uid, meeting)

    def _put(self, uid: bytes, meeting: bytes) -> None:
        content = self.calendar.read_bytes()
        at = content.rindex(b"END:VCALENDAR")
        self.calendar.write_bytes(content[:at] + meeting + content[at:])


class FolderStage(FileStage):
    """The same calendar with one file an event."""

    scheme = "dir"

    def foreign(self) -> object:
        files = {path.name: path.read_bytes() for path in self.calendar.glob("[!.]*")}
        return {name: content for name, content in files.items() if b"X-BLOCKER-KEY" not in content}

    def left_over(self) -> list[Path]:
        return list(self.calendar.glob(".*"))

    def _sample(self) -> Path:
        path = self.place / "calendar"
        split(sample_calendar(MONDAY), path)
        return path

    def _content(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.calendar.glob("[!.]*"))

    def _put(self, uid: bytes, meeting: bytes) -> None:
        put(self.calendar / f"{uid.decode()}.ics", meeting.decode())


class GoogleStage:
    def __init__(self, folder: Path, server: GoogleServer) -> None:
        self.server, self.place, self.kept = server, folder / "place", folder / "kept"
        self.place.mkdir()
        busy_weeks(server, MONDAY - timedelta(weeks=5), 11)
        self.mortals = Mortals(self.place, BLOCKER_GOOGLE_ROOT=server.root_url)
        assert self.call("run", "-y").code == 0
        hit = next(e for e in blocks(server) if key(e).startswith("strategic/2026-W46"))
        server.put_event("primary", {"summary": "Hit", "start": hit["start"], "end": hit["end"]})
        for day in FULL_WEEK:
            server.put_event("primary", meeting(day, "06:00", "20:00", "Full"))
        shutil.copytree(self.place, self.kept)
        self.calendars = deepcopy(server.store.calendars)

    def reset(self) -> None:
        shutil.rmtree(self.place)
        shutil.copytree(self.kept, self.place)
        self.server.store.calendars.update(deepcopy(self.calendars))

    def call(self, *words: str, dies_at: int = 0) -> Death:
        return self.mortals.call("--calendar", "google:primary", "--now", NOW, *words, dies_at=dies_at)

    def keys(self) -> Counter[str]:
        return Counter(key(event) for event in blocks(self.server))

    def foreign(self) -> object:
        return others(self.server)


class CalDavStage:
    """The same calendar on a server, where what changed is put back with a client of its own."""

    def __init__(self, folder: Path, server: CalDavServer) -> None:
        self.place, self.kept = folder / "place", folder / "kept"
        self.place.mkdir()
        config = self.place / ".config" / "blocker" / "config.toml"
        keep(SignIn(server.root, server.user, server.password), Surroundings(self.place, config, config))
        self.person = Person(server, server.make_calendar())
        self.person.load(sample_calendar(MONDAY))
        self.mortals = Mortals(self.place)
        assert self.call("run", "-y").code == 0
        hit = next(text for text in self.person.blocks().values() if "KEY:strategic/2026-W46" in text)
        slot = re.search(r"X-BLOCKER-SLOT:(\w+)/(\w+)", hit)
        assert slot is not None
        self._add("Hit", *(datetime.fromisoformat(moment) for moment in slot.groups()))
        for day in FULL_WEEK:
            self._add("Full", *(datetime.combine(day, time(hour), UTC) for hour in (5, 20)))
        shutil.copytree(self.place, self.kept)
        self.objects = self.person.all()

    def reset(self) -> None:
        shutil.rmtree(self.place)
        shutil.copytree(self.kept, self.place)
        now = self.person.all()
        for path in now.keys() - self.objects.keys():
            self.person.remove_at(path)
        for path, text in self.objects.items():
            if now.get(path) != text:
                self.person.put(path, text)

    def call(self, *words: str, dies_at: int = 0) -> Death:
        address = f"caldav:{self.person.server.root}{self.person.path}"
        return self.mortals.call("--calendar", address, "--now", NOW, *words, dies_at=dies_at)

    def keys(self) -> Counter[str]:
        return Counter(re.findall(r"X-BLOCKER-KEY:(\S+)", "".join(self.person.blocks().values())))

    def foreign(self) -> object:
        return self.person.others()

    def _add(self, title: str, start: datetime, end: datetime) -> None:
        self.person.add(title, Interval(start, end))


@contextmanager
def open_stage(kind: str, folder: Path) -> Iterator[Stage]:
    with ExitStack() as servers:
        made: FileStage | GoogleStage | CalDavStage
        if kind == "google":
            clock = lambda: datetime.combine(MONDAY, time(), UTC)
            made = GoogleStage(folder, servers.enter_context(GoogleServer(clock=clock)))
        elif kind in SERVERS:
            made = CalDavStage(folder, servers.enter_context(running(kind, folder)))
        else:
            made = FileStage(folder) if kind == "ics" else FolderStage(folder)
        with made.mortals:
            yield made


STAGES = ["ics", "dir", "google", "radicale", pytest.param("xandikos", marks=pytest.mark.long)]


@pytest.fixture(scope="module", params=STAGES)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(request.param, tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_kill_at_any_write_point_is_mended_by_the_next_run(stage: Stage, words: tuple[str, ...]) -> None:
    stage.reset()
    before = stage.foreign()
    undisturbed = stage.call(*words)
    assert undisturbed.code == 0, undisturbed.err
    assert undisturbed.points >= 8
    stage.call("run")
    expected = stage.keys()
    step = 1 if EVERY else max(1, undisturbed.points // SAMPLE)
    deaths = 0
    for dies_at in range(1, undisturbed.points + 1, step):
        stage.reset()
        killed = stage.call(*words, dies_at=dies_at)
        assert killed.code == -signal.SIGKILL
        deaths += 1
        where = f"killed at {dies_at} of {undisturbed.points}"
        assert stage.foreign() == before, f"{where}: other people's events changed"
        if words[0] != "undo":  # said again, undo would take back one run more
            stage.call(*words)
        again = stage.call("run")
        assert again.code == 0, again.err
        assert stage.foreign() == before, where
        assert max(stage.keys().values(), default=1) == 1, f"{where}: a block doubled"
        if words[0] != "undo":
            assert stage.keys() == expected, where
        if isinstance(stage, FileStage) and words[0] != "undo":  # the next write takes it away
            assert not stage.left_over(), f"{where}: a temporary file stayed beside the calendar"
    assert deaths >= SAMPLE
    sys.stdout.write(f"\n{deaths} kills at {undisturbed.points} write points\n")  # pytest -s shows it


class UntouchedStage(FileStage):
    """A calendar that nobody changed since its first run: ``undo`` puts all of it back in one step."""

    def _add(self, uid: bytes, start: bytes, end: bytes) -> None: ...


def test_a_kill_while_a_whole_run_is_taken_back_is_mended_by_either(tmp_path: Path) -> None:
    stage = UntouchedStage(tmp_path)
    with stage.mortals:
        before = stage.foreign()
        undisturbed = stage.call("undo")
        assert (undisturbed.code, stage.keys()) == (0, Counter())
        for dies_at in range(1, undisturbed.points + 1, 1 if EVERY else max(1, undisturbed.points // SAMPLE)):
            for then in ("run", "undo"):
                stage.reset()
                assert stage.call("undo", dies_at=dies_at).code == -signal.SIGKILL
                taken_back = not stage.keys()
                after = stage.call(then)
                assert after.code == 0, f"killed at {dies_at}, then {then}: {after.err}"
                assert stage.foreign() == before
                if taken_back or then == "undo":
                    assert not stage.keys(), (
                        f"killed at {dies_at}, then {then}: what was taken back is there again"
                    )


HOLDER = """
import sys, time
from pathlib import Path
from blocker.files.lock import only_run
with only_run(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_run_waits_for_another_day_and_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    calendar = tmp_path / "calendar.ics"
    calendar.write_bytes(sample_calendar(MONDAY))
    words = ("--calendar", f"ics:{calendar}", "--now", NOW, "run", "-y")
    holder: Any = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "state"), f"ics:{calendar}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder, Mortals(tmp_path) as mortals:
        assert holder.stdout.readline() == "held\n"
        before = calendar.read_bytes()
        second = mortals.call(*words)
        assert second.code == 75
        assert "another run is working on" in second.err
        assert calendar.read_bytes() == before
        holder.kill()
        holder.wait()
        assert mortals.call(*words).code == 0
    assert b"X-BLOCKER-KEY" in calendar.read_bytes()


def test_two_first_runs_at_once_make_one_state_folder(tmp_path: Path) -> None:
    for number in range(200):
        both = Barrier(2)

        def make(state: Path, both: Barrier = both) -> Path:
            both.wait()
            return private_folder(state, "caldav")

        with ThreadPoolExecutor(2) as runs:
            made = [runs.submit(make, tmp_path / str(number)) for _ in range(2)]
        assert {each.result() for each in made} == {tmp_path / str(number) / "caldav"}


def test_two_crons_at_once_do_the_work_once(tmp_path: Path) -> None:
    calendar = tmp_path / "calendar.ics"
    calendar.write_bytes(sample_calendar(MONDAY))
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "BLOCKER_STATE_DIR": str(tmp_path / "state"),
        "TZ": "UTC",
    }
    words = [sys.executable, "-m", "blocker", "--calendar", f"ics:{calendar}", "--now", NOW, "run", "-y"]
    both = [
        subprocess.Popen(words, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in both:
        process.communicate()
    assert {process.returncode for process in both} <= {0, 75}
    assert 0 in {process.returncode for process in both}
    found = Counter(re.findall(rb"X-BLOCKER-KEY:(\S+)", calendar.read_bytes()))
    assert found
    assert max(found.values()) == 1
