"""What a person sees on stderr while something takes long, and that nobody else sees anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from blocker.commands.waiting import waiting
from tests.tools.google_days import busy_weeks
from tests.tools.google_server import GoogleServer, slow

NOW = "2026-11-02T06:30"
EVENTS = "165"  # five days of three, in each of eleven weeks
LONG = 1.5  # seconds: longer than a person's patience

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")


@pytest.fixture
def server() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        busy_weeks(running)
        yield running


def started(server: GoogleServer, words: tuple[str, ...], stderr: int) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "BLOCKER_GOOGLE_ROOT": server.root_url, "TERM": "xterm"}
    line = [sys.executable, "-m", "blocker", "--calendar", "google:primary", "--now", NOW, *words]
    return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=stderr, env=environ)


def on_a_terminal(server: GoogleServer, *words: str, width: int = 80) -> str:
    """Everything that reached a terminal on stderr."""
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    program = started(server, words, theirs)
    os.close(theirs)
    out = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not part:
            break
        out += part
    os.close(ours)
    assert program.wait() == 0
    return out.decode()


def screen(out: str) -> str:
    """What is left on the line in the end: a carriage return begins it anew."""
    line = ""
    for part in out.replace("\r\n", "\n").split("\r"):
        line = part + line[len(part) :]
    return line.strip()


def test_a_slow_calendar_says_which_it_is_and_how_much_has_come(server: GoogleServer) -> None:
    server.faults.next(slow(LONG), on="events.list", times=2)
    out = on_a_terminal(server, "plan")
    assert "reading google:primary" in out
    found = re.findall(r"reading google:primary: (\d+) events so far", out)
    assert set(found) == {EVENTS}
    assert screen(out) == ""


def test_slow_writing_counts_what_is_done(server: GoogleServer) -> None:
    server.faults.next(slow(0), on="events.insert")
    server.faults.next(slow(LONG), on="events.insert")
    out = on_a_terminal(server, "run", "-y")
    total = server.log.count("events.insert")
    assert f"writing to google:primary: 1 of {total} done" in out
    assert screen(out) == ""


def test_a_listener_hears_each_thing_once(server: GoogleServer) -> None:
    server.faults.next(slow(LONG), on="events.list", times=2)
    out = on_a_terminal(server, "--plain", "plan")
    lines = [line for line in out.splitlines() if "working" not in line]
    assert lines == ["reading google:primary", f"reading google:primary: {EVENTS} events so far"]
    assert "\r" not in out.replace("\r\n", "")


def test_no_line_is_wider_than_the_terminal(server: GoogleServer) -> None:
    server.faults.next(slow(LONG), on="events.list")
    out = on_a_terminal(server, "plan", width=30)
    assert "reading" in out
    assert all(len(part) < 30 for part in re.split(r"[\r\n]", out))


@pytest.mark.parametrize("words", [("plan",), ("--plain", "plan")])
def test_where_nobody_looks_nothing_is_said(server: GoogleServer, words: tuple[str, ...]) -> None:
    server.faults.next(slow(LONG), on="events.list")
    program = started(server, words, subprocess.PIPE)
    _, said = program.communicate(timeout=60)
    assert (program.returncode, said) == (0, b"")


@pytest.mark.parametrize("words", [("--quiet", "plan"), ("--json", "plan")])
def test_who_wants_quiet_gets_it(server: GoogleServer, words: tuple[str, ...]) -> None:
    server.faults.next(slow(LONG), on="events.list")
    assert on_a_terminal(server, *words) == ""


@pytest.mark.parametrize(("patience", "said"), [(0, True), (3600, False)])
def test_quick_work_says_nothing_at_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], patience: int, said: bool
) -> None:
    monkeypatch.setattr("blocker.commands.waiting.PATIENCE", patience)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    err = ""
    with waiting(True) as wait:
        wait.doing("reading google:primary")
        while said and not err:
            err = capsys.readouterr().err
    assert bool(err + capsys.readouterr().err) is said
