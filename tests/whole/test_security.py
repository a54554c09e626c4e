"""What SECURITY.md promises: links, hostile words, bounded work, secrets, encrypted connections, locked dependencies."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import resource
import shutil
import socket
import sqlite3
import ssl
import stat
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from blocker.calendars.google.identity import token_path
from blocker.calendars.google.sign_in import keep_sign_in
from blocker.commands.sample import sample_calendar
from blocker.files.private import in_place_of
from tests.tools.command_line import CommandLine, Said, sample
from tests.tools.google_days import busy_weeks, call
from tests.tools.google_server import GoogleServer, unauthorized
from tests.tools.google_world import SOME, no_waiting, surroundings
from tests.tools.places import ROOT

NOW = "2026-11-02T06:30"
MONDAY = date(2026, 11, 2)
CANARY = "canary-93d2f0"
LARGE = bool(os.environ.get("BLOCKER_TEST_LARGE"))  # read here: no test sees the machine's own
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(tmp_path / "state"))
    return CommandLine(capsys, sample(tmp_path), NOW)


# Files


def test_init_writes_for_its_owner_alone_and_never_through_a_link(cli: CommandLine, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert cli.call("init", options=("-c", str(tmp_path / "new" / "config.toml"))).code == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new" / "config.toml").stat().st_mode) == 0o600
    link, target = tmp_path / "config.toml", tmp_path / "target"
    link.symlink_to(target)
    assert cli.call("init", options=("-c", str(link))).code == 1
    assert not target.exists()


@pytest.mark.parametrize("precious", [b"", b"my diary\n" * 1000, None], ids=["empty", "full", "missing"])
@pytest.mark.parametrize("place", ["ledger.sqlite3", "log/blocker.log", "locks", "log", "lock"])
def test_no_link_in_the_state_folder_is_followed(
    cli: CommandLine, tmp_path: Path, place: str, precious: bytes | None
) -> None:
    target = tmp_path / "precious"
    if precious is not None:
        target.write_bytes(precious)
        target.chmod(0o644)
    name = hashlib.sha256(f"ics:{cli.calendar}".encode()).hexdigest()[:16]
    link = tmp_path / "state" / (f"locks/{name}.lock" if place == "lock" else place)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
    calendar = cli.content
    said = cli.call("run", "-y")
    assert (target.read_bytes() if target.exists() else None) == precious
    if precious is not None:
        assert stat.S_IMODE(target.stat().st_mode) == 0o644
    if place.startswith("log"):
        assert said.code == 0  # only the log is lost
    else:
        assert said.code == 1
        assert "defect" not in said.err
        assert cli.content == calendar


def test_a_second_name_of_a_file_is_not_taken_for_the_ledger(cli: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "ledger.sqlite3").hardlink_to(target)
    said = cli.call("run", "-y")
    assert said.code == 1
    assert "hard link" in said.err
    assert target.read_bytes() == b""


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "special", ["/dev/zero", "/dev/stdin", "/proc/self/mem", "/", "fifo", "nul\0l", "a/../../etc/shadow/x"]
)
def test_a_calendar_that_is_no_ordinary_file_is_refused_at_once(
    cli: CommandLine, tmp_path: Path, special: str
) -> None:
    path = special
    if special == "fifo":
        path = str(tmp_path / "fifo")
        os.mkfifo(path)
    said = cli.call("plan", options=("--calendar", f"ics:{path}"))
    assert said.code in (1, 2), said
    assert "defect" not in said.err


@pytest.mark.timeout(60)
@pytest.mark.parametrize("special", ["/dev/zero", "fifo", "huge"])
@pytest.mark.parametrize("what", ["config", "addresses", "sign-in"])
def test_a_file_of_ours_that_never_ends_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, special: str
) -> None:
    path = tmp_path / "config.toml"
    target = path if what == "config" else tmp_path / "addresses"
    if what == "sign-in":
        path.touch()
        monkeypatch.setenv("BLOCKER_CONFIG", str(path))
        target = token_path(surroundings())
    if special == "fifo":
        os.mkfifo(target, 0o600)
    elif special == "huge":
        target.touch(0o600)
        os.truncate(target, 2**31)
    else:
        target.symlink_to(special)
    if what == "addresses":
        path.write_text(f"notify_file = '{target}'\n")
    calendar = "google:primary" if what == "sign-in" else f"ics:{sample(tmp_path)}"
    said = (
        call("check", now=NOW, calendar=calendar)
        if what == "sign-in"
        else call("-c", str(path), "check", now=NOW, calendar=calendar)
    )
    assert said.code in (1, 2, 6), said
    assert "defect" not in said.err + said.out
    assert str(target) in said.err + said.out


def test_a_state_folder_of_somebody_elses_is_refused(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder somebody else's")
    from blocker.files.private import _check_owner

    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    pid = os.fork()
    if pid == 0:
        os.seteuid(65534)
        try:
            _check_owner(folder)
        except (OSError, PermissionError):
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_what_a_killed_writer_left_is_cleared_by_a_run_with_nothing_to_write(
    cli: CommandLine, tmp_path: Path
) -> None:
    assert cli.call("run", "-y").code == 0
    left_over, pipe = (tmp_path / f".calendar.ics.0000000{n}.blocker-tmp" for n in (1, 2))
    others = tmp_path / ".calendar.ics.backup.blocker-tmp"
    left_over.write_bytes(b"half of a calen")
    os.mkfifo(pipe)
    others.touch()
    with in_place_of(cli.calendar) as at_work:
        at_work.write(cli.content)
        at_work.flush()
        held = [path for path in tmp_path.glob(".calendar.ics.*.blocker-tmp") if path.stat().st_size]
        left_over.write_bytes(b"half of a calen")
        assert cli.call("run", "-y").out.startswith("Up to date")
        assert not left_over.exists()
        assert all(path.exists() for path in held), "somebody writes it at this moment"
    assert others.exists()


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722])
def test_a_state_folder_that_others_can_write_is_closed_to_them(
    cli: CommandLine, tmp_path: Path, mode: int
) -> None:
    assert cli.call("run", "-y").code == 0
    folders = [tmp_path / "state", *(path for path in (tmp_path / "state").iterdir() if path.is_dir())]
    for folder in folders:
        folder.chmod(mode)
    assert cli.call("run", "-y").code == 0
    assert {
        stat.S_IMODE(folder.stat().st_mode) & 0o022 for folder in folders if folder.name != "holidays"
    } == {0}


def test_a_folder_for_everybody_is_no_state_folder(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(shared))
    before = cli.content
    said = cli.call("run", "-y")
    assert said.code == 1
    assert "others can write in it" in said.err
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777
    assert cli.content == before


# Hostile words

HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07 red \x1b[31malert",
    "\x9b31mC1 control \x85 next",
    "invoice \u202egpj.exe\u202c \u2066isolated\u2069",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "{theme} {0.__class__} {{ 7*7 }} {% for x in y %} %s %(x)s ${HOME} $(id) `id`",
    "line\nbreak\rreturn\ttab",
    "strategic/2026-W46/1 was deleted",
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace") + "a\u0301\u200b" * 50,
]


def hostile_calendar() -> bytes:
    """Hostile titles, each on a full week of meetings, where blocks must name what is in their way."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", "X-WR-TIMEZONE:Europe/Berlin"]
    for number, title in enumerate(HOSTILE * 5):
        day = MONDAY + timedelta(days=number // 2 % 5 + 7 * (number // 10))
        start = "090000" if number % 2 else "133000"
        end = "123000" if number % 2 else "173000"
        words = (
            title.replace("\\", "\\\\")
            .replace(";", "\\;")
            .replace(",", "\\,")
            .replace("\n", "\\n")
            .replace("\r", "")
        )
        lines += ["BEGIN:VEVENT", f"UID:h{number}\x1b[31m", "DTSTAMP:20260101T000000Z", f"SUMMARY:{words}"]
        lines += [
            f"DTSTART;TZID=Europe/Berlin:{day:%Y%m%d}T{start}",
            f"DTEND;TZID=Europe/Berlin:{day:%Y%m%d}T{end}",
        ]
        lines += [
            f"DESCRIPTION:{words}",
            f"LOCATION:{words}",
            f'ATTENDEE;CN="{words[:20].replace(chr(34), "")}":mailto:x@example.org',
        ]
        lines += [f"CATEGORIES:{words}", "END:VEVENT"]
    lines += [
        "BEGIN:VEVENT",
        "UID:broken\x1b[31m",
        "SUMMARY:\x1b[2Jbroken",
        "DTSTART:never\x1b[31m",
        "END:VEVENT",
    ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


WORDS = [
    ("check",), ("plan",), ("load", "--events"), ("load", "next", "--events"), ("rebalance", "-n"), ("run", "-y"),
    ("explain", "2026-11-03"), ("explain", "2026-W46"), ("explain", "offsite/2026-Q4"), ("report",), ("report", "--csv"), ("history",),
    ("calibrate",), ("skip", "2026-W48"), ("undo",), ("config", "show"),
]  # fmt: skip


@pytest.mark.parametrize(
    "options", [(), ("-v",), ("--json",), ("--plain",)], ids=lambda o: o[0] if o else "text"
)
def test_nothing_of_a_hostile_calendar_steers_a_terminal(
    cli: CommandLine, tmp_path: Path, options: tuple[str, ...]
) -> None:
    cli.calendar.write_bytes(hostile_calendar())
    for words in WORDS:
        said = cli.call(*words, options=options)
        assert said.code in (0, 1, 2, 3), (words, said)
        for text in (said.out, said.err):
            assert not STEERING.search(text.replace("\t", "")), (words, STEERING.search(text))
            assert "defect" not in text
        if options == ("--json",) and "--csv" not in words:
            json.loads(said.out)
    log = (tmp_path / "state" / "log" / "blocker.log").read_text()
    assert not STEERING.search(log)
    for title in HOSTILE:
        assert title not in log


def test_markup_in_titles_is_shown_and_not_obeyed(cli: CommandLine, tmp_path: Path) -> None:
    cli.calendar.write_bytes(hostile_calendar())
    page, table, plan = tmp_path / "page.html", tmp_path / "t.csv", tmp_path / "plan.ics"
    assert cli.call("report", "--html", str(page)).code == 0
    html = page.read_text("utf-8")
    for evil in ("<script>alert(1)", "<img src=x", "onerror=alert(2)>"):
        assert evil not in html
    assert not STEERING.search(html)
    said = cli.call("report", "--csv")
    for row in csv.reader(io.StringIO(said.out)):
        assert not [cell for cell in row if cell[:1] in "=+@" and cell[1:2].isalpha()], row
    assert cli.call("report", "--ics", str(plan)).code == 0
    assert not STEERING.search(plan.read_bytes().decode().replace("\r\n", "\n"))
    assert not table.exists()


def test_no_template_of_theirs_is_filled_in(cli: CommandLine) -> None:
    cli.calendar.write_bytes(hostile_calendar())
    cli.call("run", "-y")
    ours = b"".join(
        p
        for p in re.findall(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", cli.content, re.DOTALL)
        if b"X-BLOCKER-KEY" in p
    )
    assert ours
    text = re.sub(rb"\r\n[ \t]", b"", ours)
    assert b"49" not in re.findall(rb"\{\{ ?7\*7 ?\}\}|49", text)
    assert b"<class" not in text
    assert os.environ["HOME"].encode() not in text


# Bounded work

BOUNDED = """
import resource, sys
from blocker.cli import main
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) << 20, resource.RLIM_INFINITY))
raise SystemExit(main(sys.argv[2:]))
"""


def bounded(place: Path, calendar: Path, megabytes: int) -> Said:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "BLOCKER_STATE_DIR": str(place / "state"),
        "TZ": "UTC",
    }
    words = ["--calendar", f"ics:{calendar}", "--now", NOW, "plan"]
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(megabytes), *words],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


def test_a_description_of_ten_megabytes_costs_little(tmp_path: Path) -> None:
    calendar = tmp_path / "calendar.ics"
    content = sample_calendar(MONDAY)
    at = content.rindex(b"END:VEVENT")
    folded = b"DESCRIPTION:" + (b"x" * 70 + b"\r\n ") * (10 * 2**20 // 70) + b"end\r\n"
    calendar.write_bytes(content[:at] + folded + content[at:])
    said = bounded(tmp_path, calendar, 1500)
    assert said.code == 0, said


def test_very_many_events_take_bounded_memory(tmp_path: Path) -> None:
    """A million of them with BLOCKER_TEST_LARGE=1; a tenth of a million otherwise."""
    number = 1_000_000 if LARGE else 100_000
    calendar = tmp_path / "calendar.ics"
    event = "BEGIN:VEVENT\r\nUID:{0}\r\nDTSTART:20{1:02}0102T090000Z\r\nEND:VEVENT\r\n"
    with calendar.open("w", newline="") as file:
        file.write("BEGIN:VCALENDAR\r\n")
        file.writelines(event.format(n, n % 26) for n in range(number))
        file.write("END:VCALENDAR\r\n")
    said = bounded(tmp_path, calendar, 4000)
    assert said.code == 0, said


def test_a_file_beyond_any_calendar_is_refused_by_its_size(cli: CommandLine) -> None:
    with cli.calendar.open("r+b") as file:
        file.truncate(2**40) if resource.getrlimit(resource.RLIMIT_FSIZE)[0] < 0 else file.truncate(
            200 * 2**20
        )
    said = cli.call("plan")
    assert said.code == 1
    assert "larger than" in said.err


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;INTERVAL=1;COUNT=99999999",
        "FREQ=MINUTELY;BYSECOND=1,2,3",
        "FREQ=DAILY;BYHOUR=1;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_rules_without_end_come_to_an_end(tmp_path: Path, rule: str) -> None:
    calendar = tmp_path / "calendar.ics"
    content = sample_calendar(MONDAY)
    at = content.rindex(b"END:VCALENDAR")
    event = f"BEGIN:VEVENT\r\nUID:e\r\nDTSTART:20000101T000000Z\r\nDURATION:PT1S\r\nRRULE:{rule}\r\nEND:VEVENT\r\n"
    calendar.write_bytes(content[:at] + event.encode() + content[at:])
    said = bounded(tmp_path, calendar, 2000)
    assert said.code == 0, said


# Secrets


def everything_written(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path, path.read_bytes()


def test_no_secret_is_in_anything_that_a_run_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_places: None
) -> None:
    no_waiting(monkeypatch)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(home / "state"))
    addresses = home / "addresses"
    addresses.write_text(f"json://user:{CANARY}@127.0.0.1:9/{CANARY}\n")
    addresses.chmod(0o600)
    config = home / "config.toml"
    config.write_text(f"notify_file = '{addresses}'\n")
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    token = token_path(surroundings())
    said: list[Said] = []
    with GoogleServer() as server:
        monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", server.root_url)
        server.tokens.client_secret = f"secret-{CANARY}"
        server.tokens.required = True
        server.tokens._grants[f"refresh-{CANARY}"] = frozenset({"https://www.googleapis.com/auth/calendar"})
        issue = server.tokens.answer

        def with_canary(form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
            status, body = issue(form)
            if "access_token" in body:
                access = body["access_token"]
                server.tokens._access[f"{access}-{CANARY}"] = server.tokens._access.pop(access)
                body["access_token"] = f"{access}-{CANARY}"
            return status, body

        monkeypatch.setattr(server.tokens, "answer", with_canary)
        busy_weeks(server, MONDAY - timedelta(weeks=5), 11)
        sign_in = replace(
            SOME, client_id=server.tokens.client_id, client_secret=f"secret-{CANARY}",
            refresh_token=f"refresh-{CANARY}", token_uri=server.token_uri,
        )  # fmt: skip
        keep_sign_in(token, sign_in)
        for words in (
            ("check",),
            ("plan",),
            ("run", "-y"),
            ("--json", "run"),
            ("-v", "load", "--events"),
            ("config", "show", "--origin"),
            ("skip", "2026-W47"),
            ("undo",),
            ("report", "--bug", str(home / "bug.json")),
            ("report", "--html", str(home / "page.html")),
        ):
            said.append(call(*words, now=NOW))
            assert said[-1].code == 0, said[-1]
        with monkeypatch.context() as broken:
            broken.setattr("blocker.commands.daily.make_plan", lambda *a, **more: 1 / 0)
            said.append(call("run", now=NOW))
            assert "a defect" in said[-1].err
            broken.setenv("BLOCKER_DEBUG", "1")
            with pytest.raises(ZeroDivisionError) as crash:
                call("run", now=NOW)
            said.append(Said(1, "", "".join(traceback.format_exception(crash.value))))
        server.faults.next(unauthorized(), times=9)
        said.append(call("run", "--cron", now="2026-11-03T06:30"))
        server.tokens.revoke()
        for words in (("run",), ("--json", "run"), ("check",), ("run", "--cron")):
            said.append(call(*words, now="2026-11-05T06:30"))
            assert said[-1].code == 6, said[-1]
    for one in said:
        assert CANARY not in one.out + one.err
    holders = {path for path, content in everything_written(tmp_path) if CANARY.encode() in content}
    assert holders == {token, addresses}
    assert stat.S_IMODE(token.stat().st_mode) == 0o600


def test_no_option_takes_a_secret() -> None:
    """Each that is about one takes a file or a command; the manual page is made of all options."""
    page = (ROOT / "docs" / "blocker.1").read_text("utf-8").replace("\\-", "-")
    options = dict(re.findall(r"(--[a-z-]+)(?: ([A-Z]+))?", page))
    about = {name: what for name, what in options.items() if re.search("password|secret|token|link", name)}
    assert about == {"--token": "FILE", "--password-command": "COMMAND"}


def test_nothing_of_a_block_stays_in_the_ledger_after_leave(cli: CommandLine, tmp_path: Path) -> None:
    """Not even in the pages that SQLite has no use for any more: its key and how often it was made are all."""
    assert cli.call("run", "-y").code == 0
    ledger = tmp_path / "state" / "ledger.sqlite3"
    with closing(sqlite3.connect(ledger)) as rows:
        told = {
            str(told).encode() for row in rows.execute("SELECT start, end, why FROM block") for told in row
        }
    told -= {b""}
    kept = ledger.read_bytes()
    assert told
    assert all(words in kept for words in told)
    assert cli.call("leave", "--remove", "-y").code == 0
    kept = b"".join(path.read_bytes() for path in ledger.parent.glob("ledger.*"))
    assert [words for words in told if words in kept] == []


# Connections


def test_commands_on_a_file_reach_nobody(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*asked: object, **more: object) -> None:
        raise AssertionError(f"a connection: {asked}")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    said = [
        cli.call(*words.split())
        for words in (
            "check",
            "plan",
            "load --events",
            "report",
            "run -y",
            "history",
            "undo",
            "leave --remove -y",
        )
    ]
    assert [(one.code, one.err) for one in said if one.code or "a connection" in one.out] == []


@pytest.mark.parametrize(
    "root",
    [
        "http://192.0.2.1/",
        "http://calendar.example.org/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1.example.org/",
    ],
)
def test_only_this_machine_may_be_spoken_to_in_the_clear(monkeypatch: pytest.MonkeyPatch, root: str) -> None:
    monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", root)
    said = call("plan", now=NOW, calendar="google:primary")
    assert said.code == 2
    assert "https" in said.err


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key), "-out", str(certificate),
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    class Quiet(HTTPServer):
        def handle_error(self, *args: object) -> None:
            """The client went away, which is what the test is about."""

    naps = no_waiting(monkeypatch)
    server = Quiet(("127.0.0.1", 0), Listener)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", f"https://127.0.0.1:{server.server_port}/")
        said = call("plan", now=NOW, calendar="google:primary")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert said.code == 75, said
    assert asked == []
    assert naps is not None


# Dependencies


def test_the_lock_file_pins_everything_with_hashes_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#", "\t"))]
    assert pins
    for line in pins:
        assert re.fullmatch(r"[a-z0-9._-]+==[^ ;]+(?: ; .+)? \\", line), line
    assert not re.search(r"https?:|file:|--index|--extra-index|--find-links|--trusted|://|@ ", lock)
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    needed = re.findall(
        r'^    "([A-Za-z0-9-]+)', project.partition("dependencies = [")[2].partition("]")[0], re.MULTILINE
    )
    assert len(needed) >= 8
    pinned = {line.partition("==")[0] for line in pins}
    assert {name.lower() for name in needed} <= pinned
