"""Parking a question: quick, offline, never lost, and back in the next strategic block's text."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blocker.calendars.ics.file import IcsCalendar
from blocker.cli import main
from blocker.ledger.ledger import open_ledger
from blocker.values.events import StandingBlock
from blocker.values.intervals import Interval
from blocker.values.memory import DONE, DROPPED, ParkedQuestion
from tests.tools.calendars_by_hand import MONDAY, at
from tests.tools.command_line import CommandLine, sample

NOW = "2026-11-02T06:30"
MAIL = """\
From: =?utf-8?q?J=C3=BCrgen_Vogt?= <vogt@example.org>
To: dana.weiss@example.org
Subject: Is certification the right goal?
Content-Type: text/plain; charset=utf-8

Every customer asks for it.
"""


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), NOW)


def pipe(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))


def questions(cli: CommandLine, *words: str) -> list[dict[str, object]]:
    found = cli.document("parked", *words)["parked"]
    assert isinstance(found, list)
    return found


def block(cli: CommandLine, key: str) -> StandingBlock:
    snapshot = IcsCalendar(cli.calendar, zone="Europe/Berlin", me=()).read(
        Interval(at(MONDAY, "00:00"), at(MONDAY, "01:00"))
    )
    return next(b for b in snapshot.blocks if b.key == key)


def test_the_time_it_waits_for_is_that_of_the_calendar_and_not_the_machines(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.call("run", "-y")
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        waits = cli.document("park", "Why?")["waits_in"]
        (listed,) = questions(cli)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert waits["start"].endswith("+01:00")
    assert str(listed["at"]).endswith("+01:00")


def test_a_question_is_kept_and_the_block_it_waits_in_is_named(cli: CommandLine) -> None:
    assert "next thinking block, at the next run" in cli.call("park", "Why?").out
    cli.call("run", "-y")
    said = cli.document("park", "VP asks: is certification the right goal?", "--from", "VP Sales")
    assert said["id"] == 2
    plan = cli.document("plan")
    first = min((c["start"], c["key"]) for c in plan["changes"] if c["kind"] == "strategic")
    assert said["waits_in"]["key"] == first[1]
    assert said["waits_in"]["start"][:16] <= first[0][:16]  # another zone may be shown, not another hour
    assert [q["text"] for q in questions(cli)] == ["Why?", "VP asks: is certification the right goal?"]
    assert questions(cli)[1]["from"] == "VP Sales"


def test_it_stands_in_the_text_of_the_block_that_was_named_until_it_is_done(cli: CommandLine) -> None:
    cli.call("run", "-y")
    key = cli.document("park", "Is certification the right goal?", "--from", "VP Sales")["waits_in"]["key"]
    cli.call("park", "Who owns the academy?")
    assert cli.document("run")["summary"]["update"] == 1
    text = block(cli, key).text
    assert "• Is certification the right goal? (VP Sales)\n• Who owns the academy?\n" in text
    cli.call("parked", "done", "1")
    cli.call("parked", "drop", "2")
    assert cli.document("run")["summary"]["update"] == 1
    assert "certification" not in block(cli, key).text
    assert cli.document("run")["summary"]["update"] == 0


def test_older_than_two_weeks_is_said(cli: CommandLine) -> None:
    cli.call("park", "What do we stop?")
    cli.now = "2026-11-25T06:30"
    assert "waiting for 3 weeks" in cli.call("parked").out
    cli.call("park", "A new one")
    assert cli.call("parked").out.count("waiting") == 1


def test_done_and_dropped_are_shown_by_all(cli: CommandLine) -> None:
    for text in ("One", "Two", "Three"):
        cli.call("park", text)
    assert cli.call("parked", "done", "1").code == 0
    assert cli.call("parked", "drop", "2").code == 0
    assert "was done before" in cli.call("parked", "done", "1").out
    assert [q["text"] for q in questions(cli)] == ["Three"]
    assert [q["state"] for q in questions(cli, "--all")] == ["done", "dropped", "open"]
    assert cli.call("parked", "done", "9").code == 2
    assert cli.call("parked", "done", "x").code == 2


def test_json_may_stand_after_the_command_too(cli: CommandLine) -> None:
    assert json.loads(cli.call("park", "Why?", "--json").out)["id"] == 1
    assert json.loads(cli.call("parked", "--json").out)["parked"][0]["text"] == "Why?"


@pytest.mark.parametrize("words", [("park",), ("park", "-"), ("park", "-", "--from", "The board")])
def test_it_reads_from_a_pipe(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    pipe(monkeypatch, "  Was müssen wir lassen? 🤔\nUnd warum?\n".encode())
    assert cli.call(*words).code == 0
    [kept] = questions(cli)
    assert kept["text"] == "Was müssen wir lassen? 🤔\nUnd warum?"
    assert kept["from"] == ("The board" if "--from" in words else "")


def test_a_mail_is_parked_by_subject_and_sender(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, MAIL.encode())
    assert cli.call("park").code == 0
    [kept] = questions(cli)
    assert kept["from"] == "Jürgen Vogt"
    assert kept["text"] == "Is certification the right goal?\n\nEvery customer asks for it."


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Müssen wir?".encode("cp1252"), "Müssen wir?"),
        ("Müssen wir?".encode("utf-16"), "Müssen wir?"),
        (b"\xef\xbb\xbfWarum?", "Warum?"),
        (b"one\r\ntwo\r\n", "one\ntwo"),
        ((b"From: v@example.org\nSubject: =?iso-8859-1?q?Gr=FC=DFe?=\nContent-Type: text/plain; charset=iso-8859-1\n"
         b"Content-Transfer-Encoding: 8bit\n\nWas m\xfcssen wir lassen?\n"), "Grüße\n\nWas müssen wir lassen?"),
        (b"From: v@example.org\nSubject: \xff\xfe\n\n\xff\xfe?\n", "\ufffd\ufffd\n\n\ufffd\ufffd?"),
    ],
)  # fmt: skip
def test_a_pipe_may_hold_any_encoding(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, content: bytes, text: str
) -> None:
    pipe(monkeypatch, content)
    assert cli.call("park").code == 0
    assert questions(cli)[0]["text"] == text


def test_a_locale_that_could_not_read_the_words_is_no_obstacle(cli: CommandLine) -> None:
    assert cli.call("park", "caf\udce9?", "--from", "M\udcfcller").code == 0
    assert cli.call("park", "Gr\udcc3\udcbc\udcc3\udc9fe?").code == 0
    assert [(q["text"], q["from"]) for q in questions(cli)] == [("café?", "Müller"), ("Grüße?", "")]


def test_a_megabyte_is_cut_and_that_is_said(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, b"Why? " * 200_000)
    said = cli.call("park")
    assert said.code == 0
    assert "its first 20,000 characters are kept" in said.out
    pipe(monkeypatch, bytes(range(256)) * 4000)
    assert cli.call("park").code == 0
    assert [len(str(q["text"])) for q in questions(cli)] == [20_000, 20_000]
    cli.call("run", "-y")
    after = cli.content
    cli.call("run")
    assert cli.content == after


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\0\0"])
def test_nothing_is_no_question(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    pipe(monkeypatch, content)
    assert cli.call("park").code == 2
    assert cli.call("park", "  ").code == 2
    assert questions(cli) == []


def test_odd_bytes_and_control_characters_do_no_harm(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(monkeypatch, b"What \x1b[2J about \xff\xfe \xe2\x80\xaeevil?")
    assert cli.call("park").code == 0
    shown = cli.call("parked").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_questions_belong_to_no_calendar_and_survive_leaving(cli: CommandLine, tmp_path: Path) -> None:
    cli.call("park", "Why?")
    cli.call("run", "-y")
    cli.call("leave", "--remove", "-y")
    assert [q["text"] for q in questions(cli)] == ["Why?"]
    other = tmp_path / "other.ics"
    other.write_bytes(cli.content)
    assert main(["--calendar", f"ics:{other}", "parked", "--json"]) == 0


def test_it_reads_no_calendar(cli: CommandLine) -> None:
    for address in ("ics:/nowhere/at-all.ics", "google:primary"):
        assert cli.call("park", "Why?", options=("--calendar", address)).code == 0
        assert cli.call("parked", options=("--calendar", address)).code == 0


def test_a_question_that_was_confirmed_survives_a_kill(tmp_path: Path) -> None:
    """Killed as hard as can be the moment it said so: every question that was confirmed is there."""
    code = (
        "from blocker.cli import main\nn = 0\n"
        "while True:\n    n += 1\n    main(['--calendar', 'ics:/nowhere.ics', 'park', f'Question {n}'])\n"
    )
    environ = {"HOME": str(tmp_path), "BLOCKER_STATE_DIR": str(tmp_path / "state"), "PATH": ""}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environ)
    assert process.stdout is not None
    confirmed = [process.stdout.readline()]
    while not confirmed[-1].startswith(b"Parked as 3"):
        confirmed.append(process.stdout.readline())
        assert confirmed[-1], confirmed
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    rest = process.communicate()[0].splitlines()
    ids = {int(m[1]) for line in (*confirmed, *rest) if (m := re.match(rb"Parked as (\d+)\.", line))}
    with open_ledger(tmp_path / "state", "ics:/nowhere.ics") as ledger:
        kept = {question.id for question in ledger.memory().parked}
    assert ids <= kept
    assert len(ids) >= 3


def test_fifty_at_once_are_all_kept(tmp_path: Path) -> None:
    """And while a run holds the calendar's lock: parking never waits for one."""
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom blocker.cli import main\nfrom blocker.files.lock import only_run\n"
        "from blocker.commands import calling, thinking\n"  # loaded once, for every fork
        "call = ['--calendar', 'ics:/nowhere.ics', 'park']\n"
        "state = Path(os.environ['BLOCKER_STATE_DIR'])\n"
        "with only_run(state, 'ics:/nowhere.ics'):\n"
        "    children = []\n"
        "    for n in range(50):\n"
        "        child = os.fork()\n"
        "        if child == 0:\n"
        "            os._exit(main([*call, f'Question {n}']))\n"
        "        children.append(child)\n"
        "    sys.exit(max(os.waitpid(child, 0)[1] for child in children) != 0)\n"
    )
    environ = {"HOME": str(tmp_path), "BLOCKER_STATE_DIR": str(tmp_path / "state"), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with open_ledger(tmp_path / "state", "ics:/nowhere.ics") as ledger:
        kept = ledger.memory().parked
    assert {question.text for question in kept} == {f"Question {n}" for n in range(50)}
    assert len({question.id for question in kept}) == 50


def test_the_memory_has_them_as_values(tmp_path: Path) -> None:
    from blocker.ledger import parking

    with open_ledger(tmp_path, "memory:") as ledger:
        parking.park(ledger.database, "Later", "", at(MONDAY, "10:00"))
        parking.park(ledger.database, "Earlier", "VP", at(MONDAY, "09:00"))
        assert parking.end_question(ledger.database, 1, DONE, at(MONDAY, "11:00"))
        assert not parking.end_question(ledger.database, 1, DROPPED, at(MONDAY, "12:00"))
        assert ledger.memory().parked == (
            ParkedQuestion(2, "Earlier", "VP", at(MONDAY, "09:00")),
            ParkedQuestion(1, "Later", "", at(MONDAY, "10:00"), at(MONDAY, "11:00"), "done"),
        )
