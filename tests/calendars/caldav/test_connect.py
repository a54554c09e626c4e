"""``connect caldav`` and ``check``: from an address to a calendar, and what is kept of it."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from blocker.calendars import backend
from blocker.calendars.addresses import identity, settle
from blocker.calendars.caldav.sign_in import FILE, SignIn, file_of, keep, sign_in_for
from blocker.calendars.caldav.urls import settled
from blocker.values.errors import ConfigError, SignInNeeded, Unreachable, Unreadable, UsageError
from tests.calendars.caldav.conftest import CalDavWorld, around
from tests.tools.caldav_proxy import Asked, Reply, proxy_to
from tests.tools.contract import MONDAY, WINDOW
from tests.tools.google_days import call
from tests.tools.places import ROOT

NOW = "2026-11-02T06:30"


@dataclass
class Person:
    """Answers what is asked, in order, and remembers what was said and which answers were hidden."""

    answers: list[str]
    said: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    ask: Callable[[Sequence[str], str], bool] | None = None

    def say(self, line: str) -> None:
        self.said.append(line)

    @property
    def prompt(self) -> Any:
        def prompt(question: str, *, hidden: bool = False) -> str:
            answer = self.answers.pop(0)
            if hidden:
                self.hidden.append(answer)
            return answer

        return prompt


class Nobody:
    said: tuple[str, ...] = ()
    ask = prompt = None

    def say(self, line: str) -> None:
        """Nobody hears it."""


def connect(address: str, talk: Any, **asked: str) -> Any:
    return backend("caldav").connect(
        f"caldav:{address}", {"user": None, "password_command": None} | asked, around(), MONDAY, talk
    )


def signing_in(world: CalDavWorld) -> list[str]:
    """What a person answers when asked for user and password."""
    return [world.server.user, world.server.password] if world.server.user else [""]


@pytest.fixture
def world(world: CalDavWorld) -> CalDavWorld:
    """Nobody has signed in yet."""
    file_of(around()).unlink(missing_ok=True)
    return world


@pytest.mark.parametrize("place", ["server", "principal", "home", "calendar", "well-known alone"])
def test_a_calendar_is_found_from_wherever_one_begins(world: CalDavWorld, place: str) -> None:
    world.server.make_calendar("Another")
    principal = f"/{world.server.user}/" if world.server.user else "/user/"
    known = {"server": "/", "principal": principal, "home": world.server.home, "calendar": world.path}
    begin = [f"{world.proxy.root}{known.get(place, '/x/')}", *signing_in(world)]
    person = Person([*begin, "nine"])
    if place != "calendar":
        with pytest.raises(UsageError, match="“nine” is not a number"):
            connect("", person)
        listed = [line for line in person.said if re.match(r" +\d+  ", line)]
        person = Person([*begin, str(1 + next(n for n, line in enumerate(listed) if "dana.weiss" in line))])
    done = connect("", person)
    assert done.address.startswith(f"caldav:{world.proxy.root}/")
    if place == "calendar":
        assert done.address == world.address
    assert "The server refuses a write over somebody's change." in done.lines
    assert call("plan", now=NOW, calendar=done.address).code == 0


def test_the_password_is_kept_for_oneself_alone(world: CalDavWorld) -> None:
    keep(SignIn("https://other.example.org", "boss", "hunter22"), around())
    person = Person([world.url, "anna", "correct horse"])
    connect("", person)
    assert person.hidden == ["correct horse"]
    path = file_of(around())
    assert path.name == FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = sign_in_for(world.url, around())
    assert found is not None
    assert (found.user, found.password) == ("anna", "correct horse")
    assert "correct horse" not in repr(found)
    assert sign_in_for("https://other.example.org/x/", around()) is not None
    path.chmod(0o644)
    with pytest.raises(SignInNeeded, match="can be read by others"):
        world.open()


def test_a_command_may_print_the_password(world: CalDavWorld) -> None:
    command = f"{sys.executable} -c \"print('correct horse')\""
    connect(world.url, Nobody(), user=world.user, password_command=command)
    assert "correct horse" not in json.dumps(json.loads(file_of(around()).read_text())["sign_ins"][0]["user"])
    assert world.open().read(WINDOW).complete
    for bad, words in (("false", "ended with code 1"), ("true", "printed nothing"), ("'", "quote")):
        with pytest.raises(ConfigError, match=words):
            connect(world.url, Nobody(), user=world.user, password_command=bad)


def test_without_a_terminal_everything_has_to_be_said(world: CalDavWorld) -> None:
    with pytest.raises(UsageError, match="no server is named"):
        connect("", Nobody())
    with pytest.raises(UsageError, match="needs the user"):
        connect(world.url, Nobody(), password_command="true")  # noqa: S106 - a command
    keep(SignIn(world.proxy.root, world.user, "correct horse"), around())
    world.server.make_calendar("Second")
    with pytest.raises(UsageError, match="calendars at") as problem:
        connect(f"{world.proxy.root}{world.server.home}", Nobody())
    assert f"caldav:{world.url} (dana.weiss@example.org)" in problem.value.hint


def test_a_server_with_tasks_only(world: CalDavWorld) -> None:
    path = world.server.make_calendar("Tasks", "VTODO")
    with pytest.raises(Unreadable, match="only for tasks"):
        connect(f"{world.proxy.root}{path}", Person(signing_in(world)))


def test_home_on_another_server_is_asked_too_if_the_first_names_it(world: CalDavWorld) -> None:
    """As iCloud does: caldav.icloud.com says that the calendars are on p42-caldav.icloud.com."""
    with proxy_to(world.server.root) as second:

        def elsewhere(asked: Asked, reply: Reply) -> Reply:
            pattern = rb"(calendar-home-set[^>]*>\s*<(?:\w+:)?href>)(/)"
            return reply.but(body=re.sub(pattern, rb"\1" + second.root.encode() + rb"\2", reply.body))

        world.proxy.after = elsewhere
        person = Person(
            [f"{world.proxy.root}/", *(signing_in(world) if world.server.user else ["anna", "x"]), "1"]
        )
        done = connect("", person)
        assert done.address.startswith(f"caldav:{second.root}/")
        found = sign_in_for(done.address.removeprefix("caldav:"), around())
        assert found is not None
        assert found.server == world.proxy.root
        assert call("plan", now=NOW, calendar=done.address).code == 0


def test_a_redirect_to_another_server_is_no_discovery(world: CalDavWorld) -> None:
    with proxy_to(world.server.root) as other:
        world.proxy.instead = lambda asked: Reply(301, head={"Location": f"{other.root}/"})
        with pytest.raises(Unreadable, match="sends on to"):
            connect(f"{world.proxy.root}/", Person(["anna", "correct horse"]))
        assert other.asked == []
    assert not file_of(around()).exists()


def test_nothing_is_kept_of_a_password_that_is_wrong(world: CalDavWorld) -> None:
    world.proxy.instead = lambda asked: Reply(401, head={"WWW-Authenticate": "Basic"})
    with pytest.raises(SignInNeeded, match="does not accept the password of anna"):
        connect(world.url, Person(["anna", "wrong horse"]))
    assert not file_of(around()).exists()


def test_two_users_of_one_server_are_two_calendars(world: CalDavWorld) -> None:
    keep(SignIn(world.proxy.root, "anna", "correct horse"), around())
    keep(SignIn(world.proxy.root, "boss", "battery"), around())
    with pytest.raises(SignInNeeded, match="2 users are signed in"):
        world.open()
    one, two = (
        settle(f"caldav:{world.url.replace('http://', f'http://{who}@')}", Path()) for who in ("anna", "boss")
    )
    assert identity(one, around()).name != identity(two, around()).name


def test_check_says_how_it_stands(world: CalDavWorld) -> None:
    connect(world.url, Person(signing_in(world)))
    said = call("check", now=NOW, calendar=world.address)
    assert said.code == 0, said
    assert "the server refuses a write over somebody's change" in said.out
    assert (f"{world.user} at {world.proxy.root.removeprefix('http://')}; kept in" in said.out) == bool(
        world.server.user
    )
    assert "PUT" not in [asked.method for asked in world.proxy.asked[-6:]]


def test_a_person_at_a_terminal_ends_with_a_config(world: CalDavWorld) -> None:
    """The password is asked for and not shown, and the address is written into a config that keeps the rest."""
    config = Path(os.environ["HOME"]) / "own.toml"
    config.write_text('# mine\nrole = "executive"\n\n[limits]\nhours = 4 # enough\n')
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "blocker", "-c", str(config), "connect", "caldav"]
    process = subprocess.Popen(
        words, cwd=ROOT, env=dict(os.environ), stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # noqa: PLW1509 - the child's own terminal
    )  # fmt: skip
    os.close(theirs)
    shown = ""
    for cue, answer in (
        ("Address:", world.url),
        ("User name", world.user),
        (f"Password of {world.user}", "correct horse"),
        ("[n]o", "y"),
    ):
        while cue not in shown:
            shown += os.read(ours, 4096).decode()
        os.write(ours, f"{answer}\n".encode())
        shown = shown.rpartition(cue)[2]
        seen = shown
        assert "correct horse" not in seen
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0, out
    assert b"correct horse" not in out
    assert config.read_text() == (
        f'# mine\nrole = "executive"\ncalendar = "{world.address}"\n\n[limits]\nhours = 4 # enough\n'
    )


# Addresses


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("cloud.example.org", "https://cloud.example.org/"),
        (" https://Cloud.Example.org:443/dav ", "https://cloud.example.org/dav/"),
        ("https://anna@example.org@cloud.example.org/", "https://anna%40example.org@cloud.example.org/"),
        ("https://cloud.example.org/a%20b/c@d/%7Ex/", "https://cloud.example.org/a%20b/c@d/~x/"),
        ("https://cloud.example.org/a%2Fb/#top", "https://cloud.example.org/a%2Fb/"),
        ("http://127.0.0.1:5232/anna/", "http://127.0.0.1:5232/anna/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
    ],
)
def test_an_address_has_one_spelling(given: str, meant: str) -> None:
    assert settled(given) == meant
    assert settled(meant) == meant


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("https://anna:secret@cloud.example.org/", "a password has no place"),
        ("http://cloud.example.org/", "for all to read"),
        ("http://127.0.0.1.example.org/", "for all to read"),
        ("ftp://cloud.example.org/", "not the address of a server"),
        ("https://", "not the address of a server"),
        ("https://cloud.example.org/x?export", "a link to subscribe to"),
        ("https://cloud.example.org:99999/", "ort"),
    ],
)
def test_an_address_that_is_none_says_why(given: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        settled(given)
    assert "secret" not in call("plan", now=NOW, calendar=f"caldav:{given}").err


# A certificate that nobody knows


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[str]:
    """An https server with a certificate of its own making."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    made = ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        *made,
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.handle_error = lambda *about: None  # type: ignore[method-assign]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_that_nobody_knows_is_not_trusted(own_places: None, secure: str) -> None:
    with pytest.raises(Unreachable, match="can't be trusted") as problem:
        connect(f"{secure}/", Person(["anna", "correct horse"]))
    assert "SSL_CERT_FILE" in problem.value.hint
