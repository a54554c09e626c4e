"""The ``feed:`` backend: what servers say instead of a calendar is never a free week, and the link is a secret."""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.replay import main as replay
from blocker.calendars import addresses, bounded
from blocker.calendars.addresses import open_calendar
from blocker.calendars.port import Surroundings
from blocker.cli import main
from blocker.commands.sample import sample_calendar
from blocker.values.errors import BlockerError, ConfigError, Refused, SignInNeeded, Unreachable
from blocker.values.events import Ref, Snapshot
from tests.tools import feed_server as server
from tests.tools.command_line import Said
from tests.tools.contract import WINDOW, block
from tests.tools.feed_server import SECRET, Feed, published
from tests.tools.places import ROOT

MONDAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
EVENT = "BEGIN:VEVENT\r\nUID:{0}\r\nDTSTART:202611{1:02}T090000Z\r\nDURATION:PT1H\r\nSUMMARY:Review {0}\r\nEND:VEVENT\r\n"


def calendar_of(events: int) -> bytes:
    inside = "".join(EVENT.format(number, 23 + number % 7) for number in range(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inside}END:VCALENDAR\r\n".encode()


@pytest.fixture
def feed() -> Iterator[Feed]:
    with published(calendar_of(20)) as feed:
        yield feed


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def read(feed: Feed, state: Path, now: datetime = NOW) -> Snapshot:
    around = Surroundings(state, state / "config.toml", state / "config.toml", now=now)
    return open_calendar(feed.address, zone="Europe/Berlin", me=(), around=around).read(WINDOW)


def titles(snapshot: Snapshot) -> list[str]:
    return sorted(event.title for event in snapshot.events)


# Asking


def test_a_feed_is_read_and_asked_for_again_with_what_it_said(feed: Feed, state: Path) -> None:
    first = read(feed, state)
    assert first.components == 20
    assert first.skipped == ()
    again = read(feed, state)
    assert again == first
    assert [bool(head["If-None-Match"]) for head in feed.asked] == [False, True]
    feed.content = calendar_of(21)
    assert read(feed, state).components == 21


def test_a_server_that_knows_times_only_is_asked_by_them(feed: Feed, state: Path) -> None:
    feed.lie = server.dated
    assert read(feed, state) == read(feed, state)
    assert feed.asked[-1]["If-Modified-Since"] == server.MODIFIED


def test_one_command_asks_once(feed: Feed, state: Path) -> None:
    around = Surroundings(state, state, state, now=NOW)
    calendar = open_calendar(feed.address, zone=None, me=(), around=around)
    assert calendar.read(WINDOW) == calendar.read(WINDOW)
    assert len(feed.asked) == 1


def test_packed_answers_are_unpacked(feed: Feed, state: Path) -> None:
    feed.lie = server.packed
    assert read(feed, state).components == 20


def test_the_copy_is_its_owners_alone(feed: Feed, state: Path) -> None:
    before = os.umask(0)
    try:
        read(feed, state)
    finally:
        os.umask(before)
    (copy,) = (state / "feeds").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE((state / "feeds").stat().st_mode) == 0o700
    assert SECRET not in copy.name
    assert SECRET.encode() not in copy.read_bytes()


# Lies

LIES = {
    "empty": (server.body(b""), "its answer is empty"),
    "blank": (server.body(b"\r\n \r\n"), "its answer is empty"),
    "page": (server.body(server.PAGE), "web page"),
    "page with a mark": (server.body(b"\xef\xbb\xbf\n" + server.PAGE, Content_Type="text/calendar"), "web page"),
    "json": (server.body(b'{"error": "throttled"}'), "not a calendar"),
    "half": (server.half, "cut off"),
    "shorter than said": (server.shorter_than_said, "cut off"),
    "packed and cut": (server.packed_and_cut, "makes no sense"),
    "no event": (server.body(calendar_of(0)), "has"),
    "half of the events": (server.body(calendar_of(10)), "has 10 events, where there were 20"),
    "few of the events": (server.body(calendar_of(1)), "has 1 events"),
    "nonsense": (server.nonsense, "makes no sense"),
    "hang up": (server.hang_up, "it hung up"),
    "429": (server.status(429, Retry_After="3600"), "status 429"),
    "500": (server.status(500), "status 500"),
    "503": (server.status(503), "status 503"),
    "204": (lambda handler: handler.say(204), "status 204"),
    "206": (server.status(206), "status 206"),
    "loop": (server.to("/again"), "more than 5 times"),
    "nowhere": (server.to(""), "not encrypted"),
    "unencrypted": (server.to("http://example.org/x.ics"), "not encrypted"),
    "another scheme": (server.to("file:///etc/passwd"), "not encrypted"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_is_a_free_week(feed: Feed, state: Path, lie: str) -> None:
    good = read(feed, state)
    feed.lie, words = LIES[lie]
    later = read(feed, state, NOW + timedelta(hours=5))
    assert titles(later) == titles(good) != []
    (said,) = later.skipped
    assert words in said.why
    assert "so its copy of 5 hours ago is used" in said.why
    assert said.read
    feed.lie = server.truth
    assert read(feed, state, NOW + timedelta(hours=6)).skipped == ()


@pytest.mark.parametrize("lie", [lie for lie in LIES if "of the events" not in lie])
def test_without_a_copy_it_is_a_failure_that_passes(feed: Feed, state: Path, lie: str) -> None:
    feed.lie, words = LIES[lie]
    with pytest.raises(Unreachable, match=words) as failure:
        read(feed, state)
    assert failure.value.exit_code == 75
    assert failure.value.hint
    assert not (state / "feeds").exists()


@pytest.mark.parametrize("number", [401, 403, 404, 410])
def test_a_link_that_was_withdrawn_wants_a_new_one(feed: Feed, state: Path, number: int) -> None:
    read(feed, state)
    feed.lie = server.status(number)
    with pytest.raises(SignInNeeded, match=f"status {number}") as failure:
        read(feed, state)
    assert "publish the calendar" in failure.value.hint


def test_nothing_changed_is_no_answer_to_a_first_question(feed: Feed, state: Path) -> None:
    feed.lie = server.status(304)
    with pytest.raises(Unreachable, match="status 304"):
        read(feed, state)


def test_a_copy_that_was_confirmed_is_as_young_as_that(feed: Feed, state: Path) -> None:
    read(feed, state)
    read(feed, state, NOW + timedelta(days=3))  # 304
    feed.lie = server.status(503)
    assert "copy of 60 minutes ago" in read(feed, state, NOW + timedelta(days=3, hours=1)).skipped[0].why


def test_a_copy_is_too_old_one_day(feed: Feed, state: Path) -> None:
    read(feed, state)
    feed.lie = server.status(503)
    assert "14 days ago" in read(feed, state, NOW + timedelta(days=14)).skipped[0].why
    with pytest.raises(Unreachable, match="too old to plan on"):
        read(feed, state, NOW + timedelta(days=14, minutes=1))


def test_a_few_events_fewer_are_an_ordinary_day(feed: Feed, state: Path) -> None:
    for events in (20, 14, 12, 10, 8, 6, 4, 2, 1):
        feed.content = calendar_of(events)
        snapshot = read(feed, state)
        assert (snapshot.components, snapshot.skipped) == (events, ())


def test_a_spoilt_copy_is_none(feed: Feed, state: Path) -> None:
    read(feed, state)
    (copy,) = (state / "feeds").iterdir()
    copy.write_bytes(b"{nonsense\n")
    assert read(feed, state).components == 20
    assert feed.asked[-1]["If-None-Match"] is None


# Bounds


def test_a_bomb_is_not_unpacked(feed: Feed, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MOST_BYTES", 1 << 20)
    read(feed, state)
    feed.lie = server.bomb((1 << 20) + 1)
    assert "larger than 1 MB" in read(feed, state).skipped[0].why
    feed.lie = server.endless
    assert "larger than 1 MB" in read(feed, state).skipped[0].why


def test_a_drip_ends(feed: Feed, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(feed, state)
    monkeypatch.setattr(bounded, "ANSWER_SECONDS", 0.3)
    feed.lie = server.drip
    assert "too long" in read(feed, state).skipped[0].why


def test_redirects_are_followed_so_far(feed: Feed, state: Path) -> None:
    feed.lie = detours = server.Detours(5)
    assert read(feed, state).skipped == ()
    assert len(detours.paths) == 6


def test_nothing_is_sent_but_the_question(feed: Feed, state: Path) -> None:
    feed.lie = server.Detours(1)
    read(feed, state)
    for head in feed.asked:
        assert not {"Cookie", "Authorization", "Referer"} & set(head)


def test_an_offline_machine_uses_the_copy(state: Path) -> None:
    with published(calendar_of(3)) as feed:
        good = read(feed, state)
    assert titles(read(feed, state)) == titles(good)
    assert "can't be reached" in read(feed, state).skipped[0].why


# Links

SAME = [
    "https://Outlook.Office365.com/owa/x.ics",
    "webcal://outlook.office365.com/owa/x.ics",
    "webcals://outlook.office365.com:443/owa/x.ics",
    "WEBCAL://outlook.office365.com/owa/x.ics#top",
    "feed:https://outlook.office365.com/owa/x.ics",
    "feed:webcal://outlook.office365.com/owa/x.ics",
    "feed://outlook.office365.com/owa/x.ics",
    "FEED:outlook.office365.com/owa/x.ics",
]
NOWHERE = Surroundings(Path("/nowhere"), Path("/nowhere"), Path("/nowhere"))


@pytest.mark.parametrize("link", SAME)
def test_every_spelling_of_a_link_is_one_address(link: str) -> None:
    assert addresses.settle(link, Path()) == "feed:https://outlook.office365.com/owa/x.ics"


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (f"http://example.org/{SECRET}", "not encrypted"),
        (f"feed:ftp://example.org/{SECRET}", "begins with https://"),
        (f"https:///{SECRET}", "names no server"),
        (f"https://me:{SECRET}@example.org/x", "has a user name"),
        (f"https://example.org/a b{SECRET}", "blank"),
        (f"https://example.org:x/{SECRET}", "can't be read"),
        (f"https://[example/{SECRET}", "can't be read"),
    ],
)
def test_a_wrong_link_is_said_without_it(link: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=words) as problem:
        addresses.settle(link, Path())
    assert SECRET not in str(problem.value)


def test_a_link_may_be_in_a_file_of_its_own(feed: Feed, state: Path, tmp_path: Path) -> None:
    (tmp_path / "work.link").write_text(f"{feed.link}\n")
    (tmp_path / "work.link").chmod(0o600)
    address = addresses.settle("feed:@work.link", tmp_path)
    around = Surroundings(state, state, state, now=NOW)
    calendar = open_calendar(address, zone=None, me=(), around=around)
    assert calendar.read(WINDOW).components == 20
    assert calendar.address == f"feed:@{tmp_path}/work.link"
    assert calendar.identity().name == addresses.identity(feed.address, NOWHERE).name


@pytest.mark.parametrize("content", ["", "two words", "http://example.org/x", None])
def test_a_file_without_a_link_is_said(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "work.link"
    if content is not None:
        path.write_text(content)
        path.chmod(0o600)
    with pytest.raises(ConfigError, match=r"work\.link"):
        open_calendar(f"feed:@{path}", zone=None, me=(), around=NOWHERE)


def test_a_link_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "work.link"
    path.write_text("https://example.org/x")
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="can be read by others"):
        open_calendar(f"feed:@{path}", zone=None, me=(), around=NOWHERE)


def test_two_links_of_one_server_are_two_calendars() -> None:
    one, two = (addresses.shown(f"https://outlook.office365.com/{name}.ics") for name in "ab")
    assert one != two
    assert one.startswith("feed:outlook.office365.com/…")


# The whole program


class Person:
    """Who reads a feed and writes to a file, by a config."""

    def __init__(self, tmp_path: Path, feed: Feed, capsys: pytest.CaptureFixture[str]) -> None:
        self.place, self.capsys, self.now = tmp_path, capsys, NOW
        self.blocks = tmp_path / "blocks.ics"
        self.config = tmp_path / "config.toml"
        self.set(f'calendar = "ics:{self.blocks}"\npublish = true\nalso_read = ["{feed.link}"]\n')

    def set(self, text: str) -> None:
        self.config.write_text(text)
        self.config.chmod(0o600)

    def call(self, *words: str) -> Said:
        self.capsys.readouterr()
        code = main(["-c", str(self.config), "--now", self.now.isoformat(), *words])
        out, err = self.capsys.readouterr()
        return Said(code, out, err)


@pytest.fixture
def person(tmp_path: Path, feed: Feed, capsys: pytest.CaptureFixture[str]) -> Person:
    feed.content = sample_calendar(MONDAY)
    return Person(tmp_path, feed, capsys)


def test_read_these_and_write_there(person: Person, feed: Feed) -> None:
    assert person.call("run", "-y").code == 0
    assert b"BEGIN:VEVENT" in person.blocks.read_bytes()
    assert feed.content == sample_calendar(MONDAY)
    plan = json.loads(person.call("--json", "plan").out)
    assert plan["zone"] == "Europe/Berlin"
    assert all(change["action"] == "keep" for change in plan["changes"])
    asked = len(feed.asked)
    assert person.call("run").out.startswith("Up to date.")
    assert len(feed.asked) == asked + 1  # though it was read to learn the zone, and once more on it


def test_the_same_meetings_give_the_same_blocks_wherever_they_are_read(person: Person, feed: Feed) -> None:
    assert person.call("run", "-y").code == 0
    there = re.findall(rb"X-BLOCKER-(?:KEY|SLOT):(.*)\r", person.blocks.read_bytes())
    mine = person.place / "mine.ics"
    mine.write_bytes(feed.content)
    assert main(["--calendar", f"ics:{mine}", "--now", NOW.isoformat(), "run", "-y"]) == 0
    assert re.findall(rb"X-BLOCKER-(?:KEY|SLOT):(.*)\r", mine.read_bytes()) == there


def test_its_zone_and_the_person_on_it_count_where_the_written_calendar_has_none(person: Person) -> None:
    said = person.call("check").out
    assert "Europe/Berlin, from feed:127.0.0.1" in said
    assert "dana.weiss@example.org" in said
    assert "last good answer" in person.call("check").out


def test_a_login_page_in_the_middle_of_a_life_moves_nothing(person: Person, feed: Feed) -> None:
    assert person.call("run", "-y").code == 0
    before = person.blocks.read_bytes()
    feed.lie = server.body(server.PAGE)
    person.now += timedelta(days=1)
    said = person.call("plan")
    assert said.code == 0
    assert "it answered with a web page, so its copy of 24 hours ago is used" in " ".join(said.out.split())
    assert person.call("run").code == 0
    person.now += timedelta(hours=1)
    assert "copy of 25 hours ago" in person.call("run").out
    feed.lie = server.truth
    assert person.call("run").code == 0
    feed.lie = server.status(503)
    person.now += timedelta(hours=3)
    assert "status 503, so its copy of 3 hours ago is used." in person.call("run").out
    events = (re.findall(rb"X-BLOCKER-SLOT:.*", text) for text in (before, person.blocks.read_bytes()))
    assert next(events) == next(events)


def test_no_feed_and_no_copy_is_exit_75_and_nothing_is_written(person: Person, feed: Feed) -> None:
    feed.lie = server.status(503)
    said = person.call("run", "-y")
    assert said.code == 75
    assert "no copy of it yet" in said.err
    assert not person.blocks.exists()


def test_a_feed_that_really_shrank_is_taken_by_connect(person: Person, feed: Feed) -> None:
    assert person.call("plan").code == 0
    feed.content = calendar_of(0)
    assert "copy" in person.call("plan").out
    said = person.call("connect", "feed")
    assert (said.code, "0 events" in said.out) == (0, True)
    assert "copy" not in person.call("plan").out


def test_whoever_leaves_leaves_no_copy(person: Person, feed: Feed) -> None:
    copies = Path(os.environ["BLOCKER_STATE_DIR"], "feeds")
    assert person.call("run", "-y").code == 0
    assert list(copies.iterdir())
    assert person.call("leave").code == 0
    assert list(copies.iterdir())
    assert person.call("leave", "--remove", "-y").code == 0
    assert list(copies.iterdir()) == []


def test_it_can_be_looked_at_alone_and_never_written(person: Person, feed: Feed) -> None:
    person.set(f'calendar = "{feed.address}"\n')
    assert person.call("load").code == 0
    assert person.call("plan").code == 0
    said = person.call("check")
    assert said.code == 1
    assert "put this one into also_read" in said.out
    said = person.call("run", "-y")
    assert said.code == 1
    assert "put this one into also_read" in said.err
    calendar = open_calendar(feed.address, zone=None, me=(), around=NOWHERE)
    for write in (
        lambda: calendar.create(block()),
        lambda: calendar.update(Ref("", ""), block()),
        lambda: calendar.delete(Ref("", "")),
    ):
        with pytest.raises(Refused):
            write()


def test_the_link_is_nowhere(person: Person, feed: Feed) -> None:
    (person.place / "work.link").write_text(feed.link)
    (person.place / "work.link").chmod(0o600)
    configs = [
        f'calendar = "ics:{person.blocks}"\npublish = true\nalso_read = ["{feed.link}"]\n',
        f'calendar = "{feed.link}"\n',
        'calendar = "feed:@work.link"\n',
    ]
    commands = [
        ("run", "-y"), ("run",), ("plan", "-v"), ("--json", "plan"), ("load", "--events"), ("check",), ("--json", "check"),
        ("connect", "feed"), ("--json", "connect", "feed"), ("config", "show", "--origin"), ("--json", "config", "show"),
        ("explain", "this"), ("report", "--bug", str(person.place / "bug.json")), ("undo",), ("leave", "--remove", "-y"),
    ]  # fmt: skip
    said = ""
    for text in configs:
        person.set(text)
        for lie in (server.truth, server.status(410), server.status(503), server.nonsense, server.to("/x")):
            feed.lie = lie
            for words in commands:
                told = person.call(*words)
                assert "Traceback" not in told.err
                said += told.out + told.err
    assert SECRET not in said
    assert "feed:127.0.0.1:" in said
    for path in person.place.rglob("*"):
        if path.is_file() and path not in (person.config, person.place / "work.link"):
            assert SECRET.encode() not in path.read_bytes(), path
    for path in Path(os.environ["BLOCKER_STATE_DIR"]).rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("how", ["flag", "environment"])
def test_a_secret_link_is_refused_where_others_may_see_it(
    person: Person, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = f"https://outlook.office365.com/{SECRET}"
    if how == "flag":
        said = person.call("--calendar", link, "run")
    else:
        monkeypatch.setenv("BLOCKER_CALENDAR", link)
        said = person.call("run")
    assert said.code == 2
    assert "write it into the config, or its file as feed:@FILE" in said.err
    assert SECRET not in said.err
    log = Path(os.environ["BLOCKER_STATE_DIR"]) / "log" / "blocker.log"
    assert not log.exists() or SECRET not in log.read_text()


def test_a_config_that_others_may_read_is_said(person: Person) -> None:
    assert "can be read by others" not in person.call("check").out
    person.config.chmod(0o644)
    assert "can be read by others" in person.call("check").out


def test_the_bug_report_makes_the_same_plan_of_it(person: Person) -> None:
    assert person.call("report", "--bug", str(person.place / "bug.json")).code == 0
    text = (person.place / "bug.json").read_text()
    assert len(json.loads(text)["components"]) == 2
    assert SECRET not in text
    assert "127.0.0.1" not in text
    assert replay(person.place / "bug.json") == 0


def test_a_run_on_a_file_imports_no_client_of_feeds(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom blocker.cli import main\n"
        f"main(['--calendar', 'ics:{tmp_path}/c.ics', '--now', '2026-11-02T06:30', 'plan'])\n"
        "sys.exit(int('urllib.request' in sys.modules or 'requests' in sys.modules))"
    )
    (tmp_path / "c.ics").write_bytes(sample_calendar(MONDAY))
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode
        == 0
    )


def test_windows_names_of_zones_are_known_without_a_definition(feed: Feed, state: Path) -> None:
    event = (
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=W. Europe Standard Time:20261124T090000\r\nDURATION:PT1H\r\n"
    )
    feed.content = f"BEGIN:VCALENDAR\r\n{event}SUMMARY:Board\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()
    snapshot = read(feed, state)
    assert snapshot.zone == "Europe/Berlin"
    assert snapshot.events[0].when.start == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert snapshot.skipped == ()


def test_failures_of_the_state_folder_are_said(feed: Feed, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(BlockerError, match="state folder"):
        read(feed, tmp_path / "state")


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_an_encrypted_feed_is_read_where_its_certificate_is_trusted(
    feed: Feed, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key), "-out", str(certificate),
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    feed.socket = context.wrap_socket(feed.socket, server_side=True)
    feed.link = feed.link.replace("http:", "https:")
    with pytest.raises(Unreachable, match="certificate is not one that this machine trusts"):
        read(feed, state)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert read(feed, state).components == 20
    feed.lie = server.to("http://127.0.0.1:1/x.ics")
    assert "not encrypted" in read(feed, state).skipped[0].why
