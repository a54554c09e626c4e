"""Messages to the person, through Apprise to a real listener on this machine; and secrets that stay secret."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from blocker.commands.sample import meeting
from blocker.running.notify import addresses, send
from blocker.values.errors import BlockerError, ConfigError
from blocker.values.settings import Settings
from tests.tools.command_line import CommandLine, sample

CANARY = "canary-5f1c7a"


@pytest.fixture
def heard() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A listener's port, and what was posted to it."""
    posts: list[dict[str, Any]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing on stderr."""

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port, posts
    server.shutdown()
    thread.join()
    server.server_close()


def address_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "addresses"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_message_reaches_its_address(tmp_path: Path, heard: tuple[int, list[dict[str, Any]]]) -> None:
    pytest.importorskip("apprise")
    port, posts = heard
    file = address_file(tmp_path, f"# mine\n\njson://127.0.0.1:{port}/{CANARY}\n")
    send(Settings(notify_file=str(file)), "blocker", "two days were lost")
    assert [(post["title"], post["message"]) for post in posts] == [("blocker", "two days were lost")]


def test_two_lost_days_are_told_once(
    tmp_path: Path,
    heard: tuple[int, list[dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("apprise")
    port, posts = heard
    config = tmp_path / "config.toml"
    config.write_text(f"notify_file = '{address_file(tmp_path, f'json://127.0.0.1:{port}/{CANARY}')}'\n")
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    assert cli.call("run", "-y").code == 0
    good = cli.content
    cli.calendar.write_bytes(b"no calendar")
    said = {}
    for moment in ("03T06:30", "03T07:30", "04T06:30", "04T07:30", "05T06:30"):
        cli.now = f"2026-11-{moment}"
        said[moment] = cli.call("run", "--cron")
        assert said[moment].code == 1
    assert [moment for moment, what in said.items() if what.err] == ["04T06:30"]
    assert len(posts) == 1
    assert "2 working days were missed (Tue 3 Nov, Wed 4 Nov)" in posts[0]["message"]
    cli.calendar.write_bytes(good)
    cli.now = "2026-11-06T06:30"
    assert cli.call("run", "--cron").code == 0
    assert CANARY not in "".join(what.out + what.err for what in said.values())


def test_what_keeps_a_run_from_beginning_is_mailed_once_and_not_every_hour(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("role = 'king'\n")
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    first, second = cli.call("run", "--cron"), cli.call("run", "--cron")
    assert first.code == second.code == 2
    assert "king" in first.err
    assert second.err == ""
    config.write_text("role = 'queen'\n")
    assert "queen" in cli.call("run", "--cron").err
    config.write_text("")
    assert cli.call("run", "-y").code == 0
    cli.now = "2026-11-03T06:30"
    assert cli.call("run", "--cron").code == 0
    config.write_text("role = 'queen'\n")
    cli.now = "2026-11-04T06:30"
    assert "queen" in cli.call("run", "--cron").err  # after a success it is news again


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_addresses_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    file = address_file(tmp_path, f"json://user:{CANARY}@127.0.0.1/", mode)
    with pytest.raises(ConfigError, match="can be read by others") as caught:
        addresses(Settings(notify_file=str(file)))
    assert caught.value.hint == f"chmod 600 {file}"
    assert CANARY not in caught.value.message


@pytest.mark.parametrize(
    "address", [f"nothing-known://{CANARY}", f"json://user:{CANARY}@127.0.0.1:1/{CANARY}"]
)
def test_an_address_is_never_named(
    tmp_path: Path, address: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("apprise")
    with pytest.raises(BlockerError) as caught:
        send(Settings(notify_file=str(address_file(tmp_path, address))), "blocker", "hello")
    assert CANARY not in caught.value.message + caught.value.hint
    out, err = capsys.readouterr()
    assert CANARY not in out + err


@pytest.mark.parametrize(
    "command", ["false", "/no/such/program", "sh -c 'echo canary-5f1c7a >&2; exit 3'", "'"]
)
def test_a_command_that_fails_tells_nothing_of_what_it_said(command: str) -> None:
    with pytest.raises(ConfigError, match="failed") as caught:
        addresses(Settings(notify_command=command))
    assert CANARY not in str(caught.value)


def test_addresses_from_a_command() -> None:
    assert addresses(Settings(notify_command="printf 'json://a\\n# b\\nmailto://c'")) == (
        "json://a",
        "mailto://c",
    )


def test_without_apprise_the_missing_part_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    with pytest.raises(BlockerError, match="not installed") as caught:
        send(Settings(notify_file=str(address_file(tmp_path, "json://x"))), "blocker", "hello")
    assert "pip install apprise" in caught.value.hint


def test_a_file_that_is_missing_or_no_text_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no file"):
        addresses(Settings(notify_file=str(tmp_path / "none")))
    file = address_file(tmp_path, "")
    file.write_bytes(b"\xff\xfe" + CANARY.encode("utf-16-le"))
    with pytest.raises(ConfigError, match="can't be read") as caught:
        addresses(Settings(notify_file=str(file)))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("notify_file = '/nope'", "there is no file /nope with notification addresses"),
        (
            "notify_command = 'false'",
            "the command for the notification addresses failed: it ended with code 1",
        ),
        (
            "notify_command = '/nope'",
            "the command for the notification addresses failed: there is no such program",
        ),
        ('notify_command = "it\'s"', "the command for the notification addresses failed: it can't be read"),
    ],
)
def test_check_says_in_words_why_nobody_would_hear(
    setting: str,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(setting + "\n")
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    said = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30").call("check")
    shown = " ".join(said.out.split())
    assert words in shown
    assert "Errno" not in shown
    assert "Error" not in shown


@pytest.fixture
def told(
    tmp_path: Path,
    heard: tuple[int, list[dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[CommandLine, Path, list[dict[str, Any]]]:
    """A calendar whose notices reach a listener; the config may be added to."""
    pytest.importorskip("apprise")
    port, posts = heard
    config = tmp_path / "config.toml"
    config.write_text(f"notify_file = '{address_file(tmp_path, f'json://127.0.0.1:{port}/{CANARY}')}'\n")
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    return CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30"), config, posts


def test_the_digest_of_a_week_comes_once_at_its_hour(
    told: tuple[CommandLine, Path, list[dict[str, Any]]],
) -> None:
    cli, _, posts = told
    cli.call("run", "-y")
    cli.call("park", "Why do we certify at all?", "--from", "VP Sales")
    for moment in ("02T06:40", "02T06:59"):
        cli.now = f"2026-11-{moment}"
        cli.call("run", "--cron")
    assert posts == []
    for moment in ("02T07:30", "02T08:30", "03T06:30", "03T07:30"):
        cli.now = f"2026-11-{moment}"
        assert cli.call("run", "--cron").code == 0
    (digest,) = [post for post in posts if "Your week" in post["title"]]
    body = digest["message"]
    assert len(f"{digest['title']} {body}".split()) <= 150
    assert "Wed 4 Nov" in body
    assert "To decide: “Why do we certify at all?” has waited longest" in body
    assert "2026-W" not in body
    assert "strategic/" not in body
    cli.now = "2026-11-09T07:30"
    cli.call("run", "--cron")
    assert sum("Your week" in post["title"] for post in posts) == 2
    assert "Last week: " in posts[-1]["message"]


def test_what_a_person_did_with_blocks_is_in_one_digest(
    told: tuple[CommandLine, Path, list[dict[str, Any]]],
) -> None:
    cli, _, posts = told
    cli.call("run", "-y")
    blocks = [c for c in cli.document("plan")["changes"] if c["action"] == "keep"]
    deleted, moved = (
        c for c in blocks if c["kind"] == "strategic" and "2026-11-09" < c["start"] < "2026-11-20"
    )
    rest = b"".join(part for part in _events(cli.content) if deleted["key"].encode() not in part)
    start = datetime.fromisoformat(moved["start"]).astimezone(UTC)
    wanted = (start + timedelta(minutes=30)).strftime("%Y%m%dT%H%M%SZ").encode()
    cli.calendar.write_bytes(
        b"".join(
            re.sub(rb"DTSTART:\d{8}T\d{6}Z", b"DTSTART:" + wanted, part)
            if moved["key"].encode() in part
            else part
            for part in _events(rest)
        )
    )
    cli.now = "2026-11-04T07:30"
    cli.call("run", "--cron")
    bodies = []
    for day in ("09", "16"):
        cli.now = f"2026-11-{day}T07:30"
        cli.call("run", "--cron")
        bodies.append(posts[-1]["message"])
    assert "You moved 1 block and deleted 1 block: they stay as you left them." in bodies[0]
    assert "as you left" not in bodies[1]


def _events(content: bytes) -> list[bytes]:
    """A calendar in pieces, each event in one."""
    return re.split(rb"(?=BEGIN:VEVENT)|(?<=END:VEVENT\r\n)", content)


def test_a_machine_that_slept_too_long_sends_no_old_digest(
    told: tuple[CommandLine, Path, list[dict[str, Any]]],
) -> None:
    cli, _, posts = told
    cli.call("run", "-y")
    cli.now = "2026-11-04T07:30"
    cli.call("run", "--cron")
    assert [post for post in posts if "Your week" in post["title"]] == []


def test_each_notice_can_be_turned_off(told: tuple[CommandLine, Path, list[dict[str, Any]]]) -> None:
    cli, config, posts = told
    config.write_text(config.read_text() + '[notices]\nchanges = false\nfailures = false\nweekly = "off"\n')
    cli.call("run", "-y")
    change = next(c for c in cli.document("plan")["changes"] if c["kind"] == "strategic")
    start = change["start"][:16].replace("-", "").replace(":", "") + "00"
    extra = meeting("late@example.org", "Urgent: board question", start, start[:9] + "200000", start)
    cli.calendar.write_bytes(cli.content.replace(b"END:VCALENDAR", extra + b"END:VCALENDAR"))
    cli.now = "2026-11-03T07:30"
    assert cli.call("run", "--cron").code == 0
    cli.calendar.write_bytes(b"no calendar")
    for moment in ("04T06:30", "05T06:30", "09T07:30"):
        cli.now = f"2026-11-{moment}"
        cli.call("run", "--cron")
    assert posts == []


def test_what_a_run_moved_is_told_in_a_few_words(
    told: tuple[CommandLine, Path, list[dict[str, Any]]],
) -> None:
    cli, _, posts = told
    cli.call("run", "-y")
    change = next(c for c in cli.document("plan")["changes"] if c["kind"] == "strategic")
    start = change["start"][:16].replace("-", "").replace(":", "") + "00"
    extra = meeting("late@example.org", "Urgent: board question", start, start[:11] + "5900", start)
    cli.calendar.write_bytes(cli.content.replace(b"END:VCALENDAR", extra + b"END:VCALENDAR"))
    cli.now = "2026-11-03T06:30"
    assert cli.call("run", "--cron").code == 0
    (notice,) = [post for post in posts if "what changed" in post["title"]]
    assert "Urgent: board question" in notice["message"]
    assert len(notice["message"].split()) <= 60


def test_notify_test_sends_the_digest_and_says_where_to_put_addresses(
    told: tuple[CommandLine, Path, list[dict[str, Any]]],
) -> None:
    cli, config, posts = told
    said = cli.call("notify", "test")
    assert (said.code, len(posts)) == (0, 1)
    assert said.out.startswith("Sent to 1 address:")
    assert posts[0]["message"].splitlines()[0] in said.out
    assert CANARY not in said.out + said.err
    config.write_text("")
    said = cli.call("notify", "test")
    assert said.code == 2
    assert "notify_file" in said.err
