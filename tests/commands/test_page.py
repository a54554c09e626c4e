"""The local page: who may come in, and that whoever has it in the browser gets done there what the commands do."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.showing.test_page_browser import HERE, chromium
from tests.tools.command_line import CommandLine, sample
from tests.tools.firefox import ENTER, firefox

NOW = "2026-11-02T06:30"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys, sample(tmp_path), NOW)


class Visitor:
    """A browser as far as the page's own rules go: it keeps the cookie and says where its forms come from."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.host = urlsplit(address).netloc
        self.cookie = ""

    def ask(
        self, method: str, path: str, fields: Mapping[str, object] | None = None, **headers: str
    ) -> tuple[HTTPResponse, str]:
        connection = HTTPConnection(self.host, timeout=60)
        sent = {"Cookie": self.cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        body = None
        if fields is not None:
            body = urlencode(fields, doseq=True)
            sent = {
                "Origin": f"http://{self.host}",
                "Sec-Fetch-Site": "same-origin",
                "Content-Type": "application/x-www-form-urlencoded",
                **sent,
            }
        connection.request(method, path, body, {name: value for name, value in sent.items() if value})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8")
        connection.close()
        return answer, text

    def enter(self) -> None:
        parts = urlsplit(self.address)
        answer, _ = self.ask("GET", f"{parts.path}?{parts.query}")
        assert (answer.status, answer.getheader("location")) == (303, "/")
        self.cookie = str(answer.getheader("set-cookie")).partition(";")[0]

    def page(self) -> str:
        answer, text = self.ask("GET", "/")
        assert answer.status == 200, text
        return text

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page())
        assert found is not None
        return found[1]

    def send(self, path: str, **fields: object) -> str:
        """Send a form; the page as it is after it."""
        answer, _ = self.ask("POST", path, {"token": self.hidden("token"), **fields})
        assert answer.status == 303
        return self.page()

    def approve(self, *keys: str) -> str:
        fields = {name: self.hidden(name) for name in ("made", "digest", "name")}
        return self.send("/approve", key=list(keys), **fields)


@contextmanager
def served(cli: CommandLine) -> Iterator[Visitor]:
    words = ["--calendar", f"ics:{cli.calendar}", "--now", cli.now, "page", "--no-open"]
    process = subprocess.Popen([sys.executable, "-m", "blocker", *words], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        assert " at http://127.0.0.1:" in line, line + process.stderr.read()
        yield Visitor(line.split(" at ")[1].strip())
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.stderr.close()
        process.wait()


def keys(cli: CommandLine, action: str) -> list[str]:
    return [c["key"] for c in cli.document("plan")["changes"] if c["action"] == action]


def test_only_the_browser_that_was_handed_the_address_comes_in(cli: CommandLine) -> None:
    with served(cli) as visitor:
        stranger = Visitor(visitor.address)
        assert stranger.ask("GET", "/")[0].status == 403
        assert stranger.ask("GET", "/?ticket=guess")[0].status == 403
        visitor.enter()
        assert "Your thinking time" in visitor.page()
        parts = urlsplit(visitor.address)
        assert stranger.ask("GET", f"/?{parts.query}")[0].status == 403  # it works once
        answer, _ = visitor.ask("GET", "/")
        assert "default-src 'none'" in str(answer.getheader("content-security-policy"))
        assert answer.getheader("cache-control") == "no-store"
        assert answer.getheader("access-control-allow-origin") is None


def test_another_host_another_origin_and_a_form_without_its_token_are_refused(cli: CommandLine) -> None:
    before = cli.content
    with served(cli) as visitor:
        visitor.enter()
        token = visitor.hidden("token")
        port = visitor.host.partition(":")[2]
        assert visitor.ask("GET", "/", Host=f"evil.test:{port}")[0].status == 421
        assert visitor.ask("GET", "/", Host="127.0.0.1")[0].status == 421
        for headers in (
            {"Origin": "http://evil.test"},
            {"Origin": "null"},
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
            {"Sec_Fetch_Site": ""},
            {"Origin": ""},
            {"Cookie": ""},
        ):
            assert visitor.ask("POST", "/undo", {"token": token}, **headers)[0].status == 403, headers
        assert visitor.ask("POST", "/undo", {})[0].status == 403
        assert visitor.ask("POST", "/undo", {"token": "guess"})[0].status == 403
        assert visitor.ask("POST", "/park", {"token": token, "text": "x" * 70_000})[0].status == 413
        assert visitor.ask("PUT", "/park", {"token": token})[0].status == 405
        assert visitor.ask("GET", "/park")[0].status == 405
        assert visitor.ask("POST", "/nothing", {"token": token})[0].status == 404
    assert cli.content == before
    assert cli.document("parked")["parked"] == []


def test_all_changes_approved_are_the_bytes_of_a_run(cli: CommandLine) -> None:
    again = CommandLine(cli.capsys, cli.calendar.with_name("again.ics"), NOW)
    again.calendar.write_bytes(cli.content)
    again.call("run", "-y")
    wanted = keys(cli, "create")
    with served(cli) as visitor:
        visitor.enter()
        assert "new blocks" in visitor.approve(*wanted)
    assert cli.content == again.content


def test_what_is_not_ticked_is_not_made(cli: CommandLine) -> None:
    first, *others = keys(cli, "create")
    with served(cli) as visitor:
        visitor.enter()
        visitor.approve(first)
    assert keys(cli, "create") == others


def test_a_page_that_was_left_open_over_a_change_writes_nothing_and_shows_the_new_plan(
    cli: CommandLine,
) -> None:
    wanted = keys(cli, "create")
    with served(cli) as visitor:
        visitor.enter()
        fields = {name: visitor.hidden(name) for name in ("token", "made", "digest", "name")}
        cli.call("busy", "30")
        before = cli.content
        visitor.ask("POST", "/approve", {**fields, "key": wanted})
        assert "Something changed meanwhile, so nothing was written" in visitor.page()
    assert cli.content == before


def test_skip_park_pause_and_undo_do_what_the_commands_do(cli: CommandLine) -> None:
    cli.call("run", "-y")
    before = cli.content
    key = next(key for key in keys(cli, "keep") if key.startswith("strategic"))
    with served(cli) as visitor:
        visitor.enter()
        visitor.send("/skip", key=key)
        assert cli.content != before
        visitor.send("/undo")
        assert cli.content == before
        assert "Why &lt;b&gt;certify&lt;/b&gt;?" in visitor.send("/park", text="Why <b>certify</b>?")
        assert "Nothing is booked" not in visitor.send("/done", id=1)
        assert "Paused until Friday 6 November" in visitor.send("/pause", until="friday")
        assert "Paused until" not in visitor.send("/resume").partition("</main>")[0].partition("A pause")[0]
        assert "--help" in visitor.send("/pause", until="--help")  # a value, never an option
        assert "not" in visitor.send("/skip", key="--help")
    assert [q["state"] for q in cli.document("parked", "--all")["parked"]] == ["done"]


def test_a_block_is_moved_to_a_time_that_is_offered_and_stays_there(cli: CommandLine) -> None:
    cli.call("run", "-y")
    with served(cli) as visitor:
        visitor.enter()
        found = re.search(
            r'name="key" value="([^"]+)"><select.*?<option value="([^"]+)"', visitor.page().replace("\n", "")
        )
        assert found is not None
        key, start = found.groups()
        assert "It stays where you put it" in visitor.send("/move", key=key, start=start)
        assert "not free any more" in visitor.send("/move", key=key, start="2026-11-03T01:00:00+00:00")
    moved = next(c for c in cli.document("plan")["changes"] if c["key"] == key)
    assert (moved["action"], moved["pinned"]) == ("keep", True)
    assert moved["start"] != start
    cli.call("undo")
    again = next(c for c in cli.document("plan")["changes"] if c["key"] == key)
    assert again["start"] != moved["start"]


def test_each_block_has_its_reason_and_the_page_is_small(cli: CommandLine) -> None:
    with served(cli) as visitor:
        visitor.enter()
        page = visitor.page()
    blocks = re.findall(r'<li class="block new">.*?</li>', page, re.DOTALL)
    assert len(blocks) > 5
    for block in blocks:
        assert '<p class="why">' in block or "your half day to think" in block, block
    assert len(page.encode()) < 60_000


def test_one_page_at_a_time(cli: CommandLine) -> None:
    with served(cli):
        assert cli.call("page", "--no-open").code == 75


def test_trouble_is_told_on_the_page(cli: CommandLine) -> None:
    with served(cli) as visitor:
        visitor.enter()
        content = cli.content
        cli.calendar.write_bytes(b"nonsense")
        answer, text = visitor.ask("GET", "/")
        assert answer.status == 503
        assert 'role="alert"' in text
        cli.calendar.write_bytes(content)
        assert "change" in visitor.page()


def browse(cli: CommandLine, **job: object) -> tuple[list[str], list[list[str]]]:
    browser = chromium()
    with served(cli) as visitor:
        words = ["node", str(HERE / "desk.cjs"), browser, json.dumps({**job, "address": visitor.address})]
        result = subprocess.run(words, check=False, capture_output=True, text=True, timeout=280)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    return found["problems"], found["said"]


def test_it_can_be_read_at_every_width_and_by_everybody(cli: CommandLine) -> None:
    cli.call("park", "Why do we certify?", "--from", "VP Sales")
    problems, _ = browse(cli, job="look", shots=os.environ.get("SCREENSHOTS", ""))
    assert problems == []


# What a person does on the page: each job in one to two steps, of a control to reach and what to type there.
JOBS = [
    [["Make the ticked changes", ""]],
    [["Skip Think", ""]],
    [["Undo the changes", ""]],
    [["text", "Why do we certify?"], ["Park it", ""]],
    [["Thought through", ""]],
    [["until", "friday"], ["Pause", ""]],
    [["End the pause", ""]],
    [["Move ", ""]],
]


def test_everything_is_done_with_the_keyboard_alone_and_no_script(cli: CommandLine) -> None:
    problems, said = browse(cli, job="keys", deeds=JOBS)
    assert problems == []
    assert len(said) == len(JOBS)
    assert any(c["pinned"] for c in cli.document("plan")["changes"])


def test_firefox_does_it_all_with_the_keyboard_alone_and_no_script(cli: CommandLine, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    with served(cli) as visitor, firefox(profile) as browser:
        browser.go(visitor.address)
        assert not urlsplit(browser.address).query, "the ticket is left in the address"
        for job in JOBS:
            for name, typed in job:
                browser.reach(name)
                browser.press(typed)
            browser.press(ENTER)
            assert browser.told()
            browser.go(f"http://{visitor.host}/")  # nothing is told twice
    assert [q["state"] for q in cli.document("parked", "--all")["parked"]] == ["done"]
    assert any(c["pinned"] for c in cli.document("plan")["changes"])


def test_a_foreign_page_reads_and_changes_nothing(cli: CommandLine) -> None:
    before = cli.content
    problems, statuses = browse(cli, job="attack", paths=["/approve", "/skip", "/undo", "/park"])
    assert problems == []
    ours = [status for url, status in statuses if "/approve" in url or "/skip" in url or "/park" in url]
    assert all(status == 403 for status in map(int, ours))
    assert cli.content == before
    assert cli.document("parked", "--all")["parked"] == []
