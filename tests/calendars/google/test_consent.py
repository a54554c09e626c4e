"""``connect google`` in a browser, against the test server's consent screen: what is said there, here, and in the end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from msgspec.structs import replace

from blocker.calendars.google import consent, sign_in
from blocker.calendars.google.identity import of_config, token_path
from blocker.calendars.google.known import learn
from blocker.calendars.google.sign_in import HOURS, OWNED, READ_ALL
from blocker.commands.answer import Answer, Talk
from blocker.commands.connecting import connect
from blocker.config.load import Config
from blocker.running.session import Setup
from blocker.values.errors import BlockerError, SignInNeeded, Temporary, UsageError
from blocker.values.settings import Settings
from tests.calendars.google.test_hostile import corrupt, instead
from tests.tools.google_days import call
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import LEAD, signed_in, surroundings

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
OTHER = "dana@example.net"
TEAM = "team@group.calendar.google.com"
PRIMARY = Settings(calendar="google:primary")
FAVICON = "favicon.ico"


class Browser:
    """A person who goes where they are sent and answers there. ``ticks`` are the boxes; None stands for all."""

    def __init__(self, answer: str = "allow", ticks: tuple[str, ...] | None = None) -> None:
        self.answer, self.ticks = answer, ticks
        self.heard: list[str] = []
        self.pages: list[str] = []
        self.asked: dict[str, list[str]] = {}
        self.back = ""  # the address that the browser was sent to in the end
        self.goes_back = True
        self.first: Callable[[str], None] = lambda redirect: None  # before it goes back
        self._thread: threading.Thread | None = None

    def __call__(self, line: str) -> None:
        self.heard.append(line)
        if line.strip().startswith("http") and "redirect_uri" in line:
            self.asked = parse_qs(urlsplit(line.strip()).query)
            self._thread = threading.Thread(target=self._go, args=(line.strip(),))
            self._thread.start()

    def _go(self, address: str) -> None:
        with requests.Session() as session:
            page = session.get(address, timeout=10)
            self.pages.append(page.text)
            if page.status_code != 200:
                return
            boxes = re.findall(r'name="granted" value="([^"]*)"', page.text)
            granted = boxes if self.ticks is None else self.ticks
            form = {"answer": self.answer, "granted": granted}
            sent = session.post(address, data=form, timeout=10, allow_redirects=False)
            self.back = sent.headers["Location"]
            self.first(self.asked["redirect_uri"][0])
            if self.goes_back:
                self.pages.append(session.get(self.back, timeout=20).text)

    def done(self) -> None:
        if self._thread is not None:
            self._thread.join(20)


@pytest.fixture
def client(server: GoogleServer, tmp_path: Path) -> Path:
    path = tmp_path / "credentials.json"
    path.write_text(json.dumps(server.credentials()))
    return path


def connected(
    client: Path,
    tmp_path: Path,
    browser: Browser,
    typed: Any = None,
    settings: Settings = PRIMARY,
    ask: Any = None,
    **asked: Any,
) -> Answer:
    options = {"token": None, "service_account": None, "subject": None, "headless": True, "account": None}
    flags = {"hours": False, "calendars": False, "what": "google", "credentials": client}
    config = Config(settings, {}, None)
    setup = Setup(config, tmp_path / "state", NOW, dict(os.environ))
    try:
        return connect(Namespace(**(options | flags | asked)), setup, Talk(browser, ask, typed=typed))
    finally:
        browser.done()


def kept() -> sign_in.SignIn | None:
    return sign_in.read_sign_in(token_path(surroundings()))


def said(browser: Browser, answer: Answer | None = None) -> str:
    return "\n".join([*browser.heard, *(answer.lines if answer else ())])


def test_the_first_sign_in_asks_for_one_permission_and_has_no_boxes(client: Path, tmp_path: Path) -> None:
    browser = Browser()
    answer = connected(client, tmp_path, browser)
    assert browser.asked["scope"] == [OWNED]
    assert browser.asked["code_challenge_method"] == ["S256"]
    assert "Select all" not in said(browser, answer)
    assert "Signed in" in browser.pages[-1]
    made = kept()
    assert made is not None
    assert (made.scopes, made.at) == ((OWNED,), "2026-11-02T06:30:00+00:00")
    assert "--hours asks for that" in said(browser, answer)
    assert call("plan", now="2026-11-02T06:30").code == 0


def test_hours_come_later_and_their_boxes_are_named(client: Path, tmp_path: Path) -> None:
    browser = Browser()
    answer = connected(client, tmp_path, browser, hours=True)
    assert browser.asked["scope"] == [f"{OWNED} {HOURS}"]
    assert "Select all" in said(browser)
    assert sign_in.BOXES[OWNED] in said(browser)
    assert "defaults, as this calendar has no working hours" in said(browser, answer)


def test_a_box_that_is_needed_and_unticked(client: Path, tmp_path: Path) -> None:
    browser = Browser(ticks=(HOURS,))
    with pytest.raises(SignInNeeded, match="unticked") as caught:
        connected(client, tmp_path, browser, hours=True)
    assert sign_in.BOXES[OWNED] in caught.value.message
    assert "Signed in" not in browser.pages[-1]
    assert "unticked" in browser.pages[-1]
    assert kept() is None


def test_no_box_at_all(client: Path, tmp_path: Path) -> None:
    browser = Browser(ticks=())
    with pytest.raises(SignInNeeded, match="unticked"):
        connected(client, tmp_path, browser, hours=True)
    assert "Signed in" not in browser.pages[-1]
    assert kept() is None


def test_a_box_that_is_not_needed_and_unticked(client: Path, tmp_path: Path) -> None:
    answer = connected(client, tmp_path, Browser(ticks=(OWNED,)), hours=True)
    assert "you left that out, and it is not needed" in "\n".join(answer.lines)
    made = kept()
    assert made is not None
    assert made.scopes == (OWNED,)


def test_a_no_is_a_no_in_the_browser_too(client: Path, tmp_path: Path) -> None:
    browser = Browser("deny")
    with pytest.raises(SignInNeeded, match="access_denied"):
        connected(client, tmp_path, browser)
    assert "You are not signed in" in browser.pages[-1]
    assert kept() is None


def test_what_comes_by_on_the_way_does_not_end_it(client: Path, tmp_path: Path) -> None:
    browser = Browser()

    def strangers(redirect: str) -> None:
        host, port = urlsplit(redirect).hostname, urlsplit(redirect).port
        socket.create_connection((host, port), timeout=5).close()  # a browser that looks ahead
        silent = socket.create_connection((host, port), timeout=5)
        for query in (FAVICON, "?code=4/stolen&state=other", "?error=access_denied", ""):
            assert requests.get(redirect + query, timeout=5).status_code == 404
        silent.close()

    browser.first = strangers
    connected(client, tmp_path, browser)
    assert "Signed in" in browser.pages[-1]
    assert kept() is not None


@pytest.mark.parametrize("why", ["org_internal", "admin_policy_enforced"])
def test_what_only_the_browser_is_told_was_said_beforehand(
    client: Path, tmp_path: Path, server: GoogleServer, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    monkeypatch.setattr(consent, "WAIT_SECONDS", 1)
    server.tokens.blocked = why
    browser = Browser()
    with pytest.raises(SignInNeeded, match="nobody answered"):
        connected(client, tmp_path, browser)
    assert why in browser.pages[0]
    assert f"{why}: " in said(browser)
    assert "Ctrl-C" in said(browser)
    assert server.tokens.client_id in said(browser), "an administrator wants to know it"


def test_the_address_may_be_pasted(client: Path, tmp_path: Path) -> None:
    """The browser is on another machine and can't come back."""
    browser = Browser()
    browser.goes_back = False
    lines = iter(["hello\n", "http://127.0.0.1:1/?code=4/x&state=old\n"])

    def typed(seconds: float) -> str | None:
        return next(lines, f"  {browser.back}\n" if browser.back else None)

    connected(client, tmp_path, browser, typed)
    assert kept() is not None
    assert said(browser).count("That is not the address of this sign-in") == 2
    assert "code=" not in said(browser)


def test_input_that_is_at_its_end_is_not_asked_again(
    client: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent, "WAIT_SECONDS", 1)
    browser, asked = Browser(), []
    browser.goes_back = False

    def typed(seconds: float) -> str | None:
        asked.append(seconds)
        return ""

    with pytest.raises(SignInNeeded, match="nobody answered"):
        connected(client, tmp_path, browser, typed)
    assert len(asked) == 1


def test_no_browser_and_nobody_at_the_keyboard(
    client: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import webbrowser

    monkeypatch.setattr(webbrowser, "open", lambda *words, **more: False)
    with pytest.raises(BlockerError) as caught:
        connected(client, tmp_path, Browser(), headless=False)
    assert "--headless" in caught.value.hint
    assert "--token" in caught.value.hint


# The token endpoint


@pytest.mark.parametrize(
    ("error", "description", "means", "step"),
    [
        ("deleted_client", "The OAuth client was deleted.", "was deleted", "new client"),
        ("invalid_client", "The provided client secret is invalid.", "client secret", "only once"),
        ("invalid_client", "The OAuth client was not found.", "was deleted", "new client"),
        ("disabled_client", "The OAuth client was disabled.", "disabled", "its page there"),
        ("admin_policy_enforced", "", "administrator", "Manage app access"),
        ("org_internal", "", "Internal", "choose an account"),
        ("invalid_grant", "Bad Request", "expired or was revoked", "six months"),
        ("invalid_grant", "reauth related error (invalid_rapt)", "for some hours or days", "session control"),
        (
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes)",
            "clock",
            "set the clock",
        ),
        ("invalid_grant", "Token has been expired or revoked.", "expired or was revoked", "hundred sign-ins"),
        ("invalid_grant", "Account has been deleted", "not there any more", "connect google"),
        ("invalid_grant", "Invalid email or User ID", "not there any more", "--subject"),
        ("invalid_grant", "Invalid JWT Signature.", "deleted or replaced", "--service-account"),
        ("invalid_grant", "Malformed auth code.", "only a part of it", "connect google"),
        (
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any.",
            "act for nobody yet",
            "Domain-wide delegation",
        ),
        ("access_denied", "Requested client not authorized.", "act for nobody yet", "Domain-wide delegation"),
        ("unauthorized_client", "Unauthorized", "made for another app", "connect google"),
        ("access_denied", "Account restricted", "Testing", "Publish app"),
        ("something_new", "Whatever.", "something_new: Whatever", "connect google"),
    ],
)
def test_each_refusal_has_its_sentence_and_its_next_step(
    client: Path, tmp_path: Path, server: GoogleServer, error: str, description: str, means: str, step: str
) -> None:
    server.tokens.refusal = (error, description)
    browser = Browser()
    with pytest.raises(SignInNeeded) as caught:
        connected(client, tmp_path, browser)
    sign_in.keep_sign_in(token_path(surroundings()), signed_in(server))
    later = call("plan", now="2026-11-02T06:30")
    assert later.code == 6
    for words in (f"{caught.value.message} {caught.value.hint}", browser.pages[-1], later.err):
        assert means in words.replace("&amp;", "&")
        assert step.casefold() in words.casefold()
        assert "password" not in words


@pytest.mark.parametrize("word", ["internal_failure", "server_error", "temporarily_unavailable"])
def test_trouble_at_the_token_endpoint_is_no_refusal(
    client: Path, tmp_path: Path, server: GoogleServer, word: str
) -> None:
    server.tokens.refusal = (word, "Backend Error")
    with pytest.raises(Temporary):
        connected(client, tmp_path, Browser())
    sign_in.keep_sign_in(token_path(surroundings()), signed_in(server))
    assert call("plan", now="2026-11-02T06:30").code == Temporary.exit_code


def test_what_the_token_endpoint_repeats_is_nowhere(
    client: Path, tmp_path: Path, server: GoogleServer
) -> None:
    real = server.app.answer

    def answer(request: Any) -> Any:
        right = real(request)
        if request.path != "/token":
            return right
        body = {"error": "odd_error", "error_description": request.body.decode()}
        return instead(body, 400)(right)

    server.app.answer = answer  # type: ignore[method-assign]
    browser = Browser()
    with pytest.raises(SignInNeeded) as caught:
        connected(client, tmp_path, browser)
    shown = f"{caught.value.message} {caught.value.hint} {browser.pages[-1]} {said(browser)}"
    assert "odd_error" in shown
    assert server.tokens.client_secret not in shown
    assert "4/code" not in shown
    assert "4%2Fcode" not in shown


@pytest.mark.parametrize("content", [b"<html>sign in to the hotel", b"[]", b"", b"{}", b"\xff\xfe"])
@pytest.mark.parametrize("status", [200, 307, 502])
def test_an_answer_that_is_none_keeps_nothing(
    client: Path, tmp_path: Path, server: GoogleServer, content: bytes, status: int
) -> None:
    if (status, content) == (200, b"{}"):
        pytest.skip("that is an answer: nothing was granted")
    corrupt(server, instead(content, status, Location="http://127.0.0.1:9/"), "token")
    browser = Browser()
    with pytest.raises(Temporary):
        connected(client, tmp_path, browser)
    assert "You are not signed in" in browser.pages[-1]
    assert kept() is None


def test_an_endless_answer_ends(
    client: Path, tmp_path: Path, server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blocker.calendars import bounded

    monkeypatch.setattr(bounded, "MOST_BYTES", 1000)
    corrupt(server, instead(b'{"a": "' + b"x" * 3_000_000), "token")
    with pytest.raises(Temporary):
        connected(client, tmp_path, Browser())
    assert kept() is None


# The file of the app


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_secret": ""}, "only once"),
        ({"client_id": "YOUR-CLIENT-ID.apps.googleusercontent.com"}, "example"),
    ],
)
def test_a_file_that_is_not_quite_an_apps(client: Path, change: dict[str, str], words: str) -> None:
    found = json.loads(client.read_text())
    found["installed"] |= change
    client.write_text(json.dumps(found))
    with pytest.raises(UsageError) as caught:
        consent.read_client(client)
    assert words in caught.value.message
    assert caught.value.hint


# Calendars, and other accounts


def test_ones_own_address_needs_no_more_than_primary() -> None:
    around = replace(
        surroundings(), settings=Settings(calendar=f"google:{LEAD}", also_read=(f"google:{OTHER}",))
    )
    learn(around.state_dir, of_config(around), account=LEAD)
    assert [one.scope for one in consent.scopes_for(around, {})] == [OWNED, READ_ALL]


def test_the_calendars_are_listed_when_that_is_allowed(
    client: Path, tmp_path: Path, server: GoogleServer
) -> None:
    server.add_calendar("team@group.calendar.google.com", summary="Team", access_role="reader")
    answer = connected(client, tmp_path, Browser(), calendars=True)
    shown = "\n".join(answer.lines)
    assert '"google:lead@example.org"  lead@example.org (your own)' in shown
    assert '"google:team@group.calendar.google.com"  Team (only to be read)' in shown
    without = connected(client, tmp_path, Browser(ticks=(OWNED,)), calendars=True)
    assert "Team" not in "\n".join(without.lines)


def test_another_accounts_calendar_is_read_with_its_own_sign_in(
    client: Path, tmp_path: Path, server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add_calendar(OTHER)
    connected(client, tmp_path, Browser())
    browser = Browser()
    server.tokens.consents = OTHER
    connected(client, tmp_path, browser, account=OTHER)
    assert browser.asked["scope"] == [READ_ALL]
    own = token_path(surroundings()).with_name(f"{OTHER}.google-token.json")
    assert own.stat().st_mode & 0o777 == 0o600
    config = tmp_path / "config.toml"
    config.write_text(f'also_read = ["google:{OTHER}"]\n')
    own.rename(config.with_name(own.name))
    token_path(surroundings()).rename(config.with_name("google-token.json"))
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    when = {"dateTime": "2026-11-04T10:00:00+01:00"}, {"dateTime": "2026-11-04T11:00:00+01:00"}
    server.put_event(OTHER, {"summary": "Dentist for me", "start": when[0], "end": when[1]})
    checked = call("check", now="2026-11-02T06:30")
    assert checked.code == 0, checked
    assert f"signed in as {LEAD}" in checked.out
    assert f"signed in as {OTHER}" in checked.out
    assert "Dentist for me" in call("load", "--events", now="2026-11-02T06:30").out


def test_one_sign_in_serves_all_calendars_that_it_reaches(
    client: Path, tmp_path: Path, server: GoogleServer
) -> None:
    server.add_calendar(OTHER)
    server.add_calendar(TEAM, access_role="reader")
    named = (f"google:{TEAM}", "google:gone@group.calendar.google.com", f"google:{OTHER}/primary")
    settings = Settings(calendar="google:primary", also_read=named)
    browser = Browser()
    answer = connected(client, tmp_path, browser, settings=settings)
    lines = "\n".join(answer.lines)
    assert server.log.count("ooauth2auth") == 2, "the page, and what was answered there"
    assert f"google:primary answers: its zone is Europe/Berlin, and you are {LEAD}" in lines
    assert f"google:{TEAM} answers" in lines
    assert "google:gone@group.calendar.google.com: there is no calendar" in lines
    assert f"google:{OTHER}/primary wants a sign-in of its own" in lines
    assert f"--account {OTHER}" in lines
    server.tokens.consents = OTHER
    lines = "\n".join(connected(client, tmp_path, Browser(), settings=settings, account=OTHER).lines)
    assert f"google:{OTHER}/primary answers" in lines
    assert TEAM not in lines
    assert "sign-in of its own" not in lines


def test_it_is_said_which_of_two_sign_ins_has_ended(
    client: Path, tmp_path: Path, server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add_calendar(OTHER)
    (tmp_path / "config.toml").write_text(f'also_read = ["google:{OTHER}"]\n')
    monkeypatch.setenv("BLOCKER_CONFIG", str(tmp_path / "config.toml"))
    for account in ("", OTHER):
        server.tokens.consents = account
        connected(client, tmp_path, Browser(), account=account or None)
    assert call("plan", now="2026-11-02T06:30").code == 0
    server.tokens.revoke(OTHER)
    said = call("plan", now="2026-11-02T06:30")
    assert said.code == SignInNeeded.exit_code
    assert f"google --account {OTHER}" in said.flat_err


def test_a_sign_in_of_the_wrong_account_is_not_kept(
    client: Path, tmp_path: Path, server: GoogleServer
) -> None:
    server.add_calendar(OTHER)
    for ask in (None, lambda lines, question: True):  # whoever says yes to all is not asked
        with pytest.raises(SignInNeeded, match=LEAD):
            connected(client, tmp_path, Browser(), ask=ask, account=OTHER)
    assert not list(tmp_path.rglob(f"{OTHER}*"))
    with pytest.raises(UsageError):
        connected(client, tmp_path, Browser(), account="nobody")


# By hand


def _hears_ctrl_c() -> None:
    """Whatever the tests run under: jobs in a shell's background are deaf to it, and so are their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def program(client: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "blocker", "connect", "google", "--headless", "--credentials", str(client)]
    environ = {**os.environ, "HOME": str(tmp_path), "BROWSER": "false"}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
        env=environ,
        preexec_fn=_hears_ctrl_c,  # noqa: PLW1509 - no threads run here
    ) as running:
        yield running
        running.kill()


def address_from(running: subprocess.Popen[str]) -> str:
    assert running.stderr is not None
    return next(line.strip() for line in running.stderr if "redirect_uri" in line)


def test_the_whole_program_takes_an_address_from_a_pipe(program: subprocess.Popen[str]) -> None:
    address = address_from(program)
    sent = requests.post(address, data={"answer": "allow"}, timeout=10, allow_redirects=False)
    out, err = program.communicate(f"{sent.headers['Location']}\n", timeout=60)
    assert program.returncode == 0, err
    assert "Signed in to Google" in out
    assert parse_qs(urlsplit(address).query)["state"][0] not in out


def test_ctrl_c_says_that_nothing_was_changed(program: subprocess.Popen[str]) -> None:
    address_from(program)
    assert program.stderr is not None
    assert any("Waiting for" in line for line in program.stderr)
    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=60)
    assert program.returncode == 130
    assert "Nothing was changed" in err
    assert "Traceback" not in err
    assert kept() is None
