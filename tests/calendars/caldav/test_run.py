"""The whole command line on real servers: what is asked and written, and what a person does there meanwhile."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.replay import main as replay
from blocker.calendars.marks import uid_for
from blocker.commands.sample import sample_calendar
from blocker.values.intervals import interval
from tests.calendars.caldav.conftest import CalDavWorld
from tests.tools.caldav_proxy import Asked, Reply
from tests.tools.command_line import Said
from tests.tools.google_days import call as call_at
from tests.tools.places import ROOT

NOW, LATER = "2026-11-02T06:30", "2026-11-03T06:30"
MONDAY = date(2026, 11, 2)
WRITES = ("PUT", "DELETE")


@pytest.fixture(autouse=True)
def shown_as_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks are busy from the start, so that a day without news writes nothing."""
    monkeypatch.setenv("BLOCKER_PROTECT", "busy")


@pytest.fixture
def world(world: CalDavWorld) -> CalDavWorld:
    """A director's calendar on the server; whatever is done there, nothing of hers changes."""
    world.person.load(sample_calendar(MONDAY))
    return world


@pytest.fixture(autouse=True)
def hers_stays(world: CalDavWorld) -> Any:
    before = world.person.others()
    yield
    assert before.items() <= world.person.others().items()


def call(world: CalDavWorld, *words: str, now: str = NOW) -> Said:
    return call_at(*words, now=now, calendar=world.address)


def document(world: CalDavWorld, *words: str, now: str = NOW) -> Any:
    said = call(world, "--json", *words, now=now)
    assert said.code == 0, said
    return json.loads(said.out)


def keys(world: CalDavWorld) -> Counter[str]:
    return Counter(re.findall(r"X-BLOCKER-KEY:(\S+)", "".join(world.person.blocks().values())))


def uids(world: CalDavWorld) -> list[str]:
    """Those of our blocks, the first first."""
    texts = sorted(world.person.blocks().values(), key=lambda text: text.partition("DTSTART")[2])
    return [found[1] for text in texts if (found := re.search(r"UID:(\S+)", text))]


def test_the_first_run_writes_what_it_showed_and_an_idle_one_nothing(world: CalDavWorld) -> None:
    planned = document(world, "plan")
    assert call(world, "run").code == 4
    done = document(world, "run", "-y")
    wanted = sorted(c["key"] for c in done["changes"] if c["action"] == "create")
    assert (
        wanted
        == sorted(c["key"] for c in planned["changes"] if c["action"] == "create")
        == sorted(keys(world))
    )
    assert len(wanted) > 4
    assert (done["calendar"], done["zone"]) == (world.address, "Europe/Berlin")
    after = world.person.blocks()
    for now, most in ((NOW, 2), ("2026-11-02T18:00", 1), (LATER, 1)):
        asked = world.proxy.methods(lambda: call(world, "run", now=now))  # noqa: B023
        assert asked[0] == "PROPFIND"
        assert len(asked) <= most, asked
        assert world.person.blocks() == after


def test_what_is_written_is_whole_and_invites_nobody(world: CalDavWorld) -> None:
    sent: list[bytes] = []
    world.proxy.before = lambda asked: (sent.append(asked.body) if asked.method == "PUT" else None) or asked
    call(world, "run", "-y")
    assert sent
    for body in sent:
        assert body.count(b"BEGIN:VEVENT") == 1
        assert b"\n" not in body.replace(b"\r\n", b"")
        for name in (b"DTSTAMP:", b"DTEND", b"CLASS:PRIVATE", b"TRANSP:", b"UID:"):
            assert b"\r\n" + name in body
        assert b"ORGANIZER" not in body
        assert b"ATTENDEE" not in body
        assert max(map(len, body.split(b"\r\n"))) <= 75


def test_a_write_that_adds_to_the_calendar_looks_first(world: CalDavWorld) -> None:
    world.proxy.asked.clear()
    call(world, "run", "-y")
    seen: set[str] = set()
    for asked in world.proxy.asked:
        if asked.method == "GET":
            seen.add(asked.path)
        elif asked.method == "PUT":
            assert asked.path in seen
            assert asked.head["if-none-match"] == "*"


def test_what_a_person_did_meanwhile_stays(world: CalDavWorld) -> None:
    call(world, "run", "-y")
    moved, retitled, deleted = [uid for uid in uids(world) if uid.startswith("strategic")][-3:]
    at = datetime(2026, 11, 4, 16, 0, tzinfo=UTC)
    world.move(moved, interval(at, at + timedelta(minutes=90)))
    world.retitle(retitled, "My own hour")
    world.remove(deleted)
    before = world.person.blocks()
    done = document(world, "run", now=LATER)
    actions = {uid_for(c["key"], 1): c["action"] for c in done["changes"]}
    assert [actions.get(uid) for uid in (moved, retitled, deleted)] == ["keep", "keep", "tombstone"]
    assert any(c["pinned"] for c in done["changes"])
    after = world.person.blocks()
    assert "DTSTART:20261104T160000Z" in world.person.text(moved)
    assert "SUMMARY:My own hour" in world.person.text(retitled)
    assert not [path for path in after if deleted in path]
    assert after.keys() >= before.keys()


def test_what_a_person_added_to_a_block_stays_when_it_moves(world: CalDavWorld) -> None:
    call(world, "run", "-y")
    uid = uids(world)[0]
    text = world.person.text(uid)
    extra = "CATEGORIES:Red,Mine\r\nX-MOZ-THING:kept\r\nLOCATION:Library\r\nORGANIZER:mailto:dana.weiss@example.org\r\n"
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:soon\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n"
    text = re.sub(r"CATEGORIES:.*\r?\n", "", text)
    world.person.put(world.person.href(uid), text.replace("END:VEVENT", f"{extra}{alarm}END:VEVENT"))
    start = re.search(r"X-BLOCKER-SLOT:(\d{8}T\d{6}Z)/(\d{8}T\d{6}Z)", text)
    assert start is not None
    when = interval(*(datetime.strptime(t, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for t in start.groups()))
    world.add_event("Urgent", when)
    done = document(world, "run", now=LATER)
    assert [c["action"] for c in done["changes"] if uid.startswith(c["key"].replace("/", "-"))] == ["move"]
    after = world.person.text(uid)
    assert start[0] not in after
    for kept in ("X-MOZ-THING:kept", "LOCATION:Library", "TRIGGER:-PT15M", "Mine"):
        assert kept in after
    assert "ORGANIZER" not in after


def test_a_block_with_guests_is_never_written(world: CalDavWorld) -> None:
    call(world, "run", "-y")
    uid = uids(world)[0]
    guests = "ORGANIZER:mailto:dana.weiss@example.org\r\nATTENDEE:mailto:ann@example.org\r\nEND:VEVENT"
    world.person.put(world.person.href(uid), world.person.text(uid).replace("END:VEVENT", guests))
    before = world.person.text(uid)
    world.proxy.asked.clear()
    for words in (("run",), ("rebalance", "-y"), ("leave", "--remove", "-y")):
        call(world, *words, now=LATER)
        assert world.person.text(uid) == before
    assert not [a for a in world.proxy.asked if uid in a.path and a.method in WRITES]


def test_the_bug_report_names_nobody_and_makes_the_same_plan(world: CalDavWorld, tmp_path: Path) -> None:
    call(world, "run", "-y")
    kept = tmp_path / "bug.json"
    named = world.address.replace("://", f"://{world.server.user}@") if world.server.user else world.address
    assert call_at("report", "--bug", str(kept), now=LATER, calendar=named).code == 0
    text = kept.read_text()
    name = world.path.split("/")[-2]
    for word in (name, "anna", "correct horse", "127.0.0.1", "dana", "http:", "caldav:"):
        assert word not in text, word
    assert json.loads(text)["backend"] == "caldav"
    assert json.loads(text)["plan"]
    assert replay(kept) == 0


def test_undo_takes_a_run_back_and_leave_takes_all_away(world: CalDavWorld) -> None:
    call(world, "run", "-y")
    assert call(world, "undo").code == 0
    assert world.person.blocks() == {}
    assert call(world, "rebalance", "next", "-y").code == 0
    assert world.person.blocks()
    said = call(world, "leave", "--remove", "-y")
    assert said.code == 0, said
    assert world.person.blocks() == {}
    state = Path(os.environ["BLOCKER_STATE_DIR"])
    assert list((state / "caldav").iterdir()) == []


def test_undo_puts_a_removed_block_back(world: CalDavWorld) -> None:
    call(world, "run", "-y")
    before = keys(world)
    week = next(key for key in before if key.startswith("strategic/")).split("/")[1]
    assert call(world, "skip", week).code == 0
    assert keys(world) != before
    assert call(world, "undo").code == 0
    assert keys(world) == before


def test_a_change_between_look_and_write_wins(world: CalDavWorld) -> None:
    """The person drags a block at the very moment at which we move it: the server says 412, we read again."""
    call(world, "run", "-y")
    uid = uids(world)[0]
    slot = re.search(r"X-BLOCKER-SLOT:(\d{8}T\d{6}Z)/(\d{8}T\d{6}Z)", world.person.text(uid))
    assert slot is not None
    when = interval(*(datetime.strptime(t, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for t in slot.groups()))
    world.add_event("Urgent", when)
    at = datetime(2026, 11, 6, 15, 0, tzinfo=UTC)

    def drag(asked: Asked) -> Asked:
        if asked.method == "PUT" and uid in asked.path:
            assert asked.head["if-match"].startswith('"')
            world.proxy.honest()
            world.move(uid, interval(at, at + timedelta(minutes=90)))
        return asked

    world.proxy.before = drag
    said = call(world, "run", now=LATER)
    assert said.code == 0, said
    assert "DTSTART:20261106T150000Z" in world.person.text(uid)


def test_an_answer_that_is_lost_writes_nothing_twice(world: CalDavWorld) -> None:
    lost = Counter[str]()

    def lose(asked: Asked, reply: Reply) -> Reply:
        lost.update([asked.path] if asked.method == "PUT" else ())
        return reply.but(status=503, body=b"") if asked.method == "PUT" and lost[asked.path] == 1 else reply

    world.proxy.after = lose
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("blocker.calendars.caldav.server.Pace", lambda attempts: QUICK)
        assert call(world, "run", "-y").code == 0
    assert set(keys(world).values()) == {1}
    assert len(keys(world)) == len(lost)


@pytest.mark.parametrize("writes", [1, 2, 5])
def test_a_run_that_is_killed_half_way_is_completed_by_the_next(world: CalDavWorld, writes: int) -> None:
    """The process dies once the server has its write and before it hears of it."""
    put = Counter[str]()
    words = [sys.executable, "-m", "blocker", "--calendar", world.address, "--now", NOW, "run", "-y"]
    process = subprocess.Popen(
        words, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )

    def kill(asked: Asked, reply: Reply) -> Reply:
        put["all"] += asked.method == "PUT"
        if put["all"] == writes:
            process.send_signal(signal.SIGKILL)
            process.wait()
        return reply

    world.proxy.after = kill
    process.communicate()
    world.proxy.honest()
    assert process.returncode == -signal.SIGKILL
    assert len(keys(world)) == writes
    done = document(world, "run", "-y")
    assert set(keys(world).values()) == {1}
    assert len(keys(world)) > 5 or writes < 5
    assert {c["key"] for c in done["changes"] if c["action"] in ("create", "adopt", "keep")} == set(
        keys(world)
    )
    assert "PUT" not in world.proxy.methods(lambda: call(world, "run"))


def test_the_same_calendar_in_a_file_gives_the_same_plan(world: CalDavWorld, tmp_path: Path) -> None:
    file = tmp_path / "calendar.ics"
    file.write_bytes(sample_calendar(MONDAY))
    there = document(world, "plan")
    here = json.loads(call_at("--json", "plan", now=NOW, calendar=f"ics:{file}").out)
    assert there.pop("calendar") != here.pop("calendar")
    for plan in (there, here):  # what tells the two calendars apart, not the plans
        plan.pop("zone_source")
    assert there == here


class _Quick:
    sleep = staticmethod(lambda seconds: None)
    dice = staticmethod(lambda: 0.0)
    clock = staticmethod(lambda: 0.0)
    attempts = 3


QUICK = _Quick()
