"""Another client at the same calendar, at the worst of moments: between our look and our write, and between two runs."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from blocker.commands.sample import sample_calendar
from blocker.values.errors import Conflict, Missing
from blocker.values.intervals import Interval
from tests.calendars.caldav.conftest import CalDavWorld
from tests.tools.caldav_proxy import Asked, Reply
from tests.tools.command_line import Said
from tests.tools.contract import WINDOW, block, slot
from tests.tools.google_days import call

MONDAY = date(2026, 11, 2)
KEY = re.compile(r"X-BLOCKER-KEY:(\S+)")
SLOT = re.compile(r"X-BLOCKER-SLOT:(\w+)/(\w+)")
DEEDS: dict[str, Callable[[CalDavWorld, str], None]] = {
    "drag": lambda world, uid: world.move(uid, slot("14:00", "15:30", 2)),
    "retitle": lambda world, uid: world.retitle(uid, "Mine"),
    "delete": lambda world, uid: world.remove(uid),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("point", ["GET", "PUT or DELETE"])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_whoever_comes_between_look_and_write_wins(
    world: CalDavWorld, verb: str, point: str, deed: str
) -> None:
    calendar = world.open()
    calendar.read(WINDOW)
    ref = calendar.create(block())
    theirs: list[dict[str, str]] = []

    def between(asked: Asked) -> Asked:
        if asked.method in point:
            world.proxy.honest()
            DEEDS[deed](world, ref.id)
            theirs.append(world.person.all())
        return asked

    world.proxy.before = between
    newer = block(title="newer", when=slot("10:00", "12:00"))
    write = partial(calendar.update, ref, newer) if verb == "update" else partial(calendar.delete, ref)
    with pytest.raises((Conflict, Missing)):
        write()
    assert theirs == [world.person.all()]


def told(world: CalDavWorld, day: int, *words: str) -> Said:
    now = f"{MONDAY + timedelta(days=day)}T06:30"
    return call(*words, now=now, calendar=world.address)


class Meddler:
    """A person who does something to a block just as a write of ours to it arrives, and remembers it."""

    def __init__(self, world: CalDavWorld, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)
        self.moved: dict[str, Interval] = {}
        self.titles: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.deeds = Counter[str]()
        world.proxy.before = self

    def __call__(self, asked: Asked) -> Asked:
        uid = asked.path.rpartition("/")[2].removesuffix(".ics").replace("%40", "@")
        if asked.method in ("PUT", "DELETE") and self.dice.random() < 0.6 and self.stands(uid):
            self.do(self.dice.choice(tuple(DEEDS)), uid)
        return asked

    def stands(self, uid: str) -> bool:
        return self.world.person.href(uid) in self.world.server.etags(self.world.path)

    def do(self, deed: str, uid: str) -> None:
        self.deeds[deed] += 1
        if deed == "delete":
            self.deleted.add(uid)
            self.moved.pop(uid, None)
            self.titles.pop(uid, None)
            self.world.remove(uid)
        elif deed == "retitle":
            self.titles[uid] = f"Mine {len(self.titles)}"
            self.world.retitle(uid, self.titles[uid])
        else:
            day = datetime.combine(MONDAY, datetime.min.time(), UTC) + timedelta(
                days=self.dice.randint(4, 30)
            )
            start = day + timedelta(hours=19, minutes=15 * len(self.moved))
            self.moved[uid] = Interval(start, start + timedelta(minutes=75))
            self.world.move(uid, self.moved[uid])

    def all_stands(self) -> None:
        there = self.world.person.blocks()
        assert max(Counter(KEY.findall("".join(there.values()))).values(), default=1) == 1
        for uid, when in self.moved.items():
            text = there[self.world.person.href(uid)]
            assert f"DTSTART:{when.start:%Y%m%dT%H%M%SZ}" in text, f"{uid} was dragged"
        for uid, title in self.titles.items():
            assert f"SUMMARY:{title}" in there[self.world.person.href(uid)], f"{uid} was retitled"
        for uid in self.deleted:
            assert self.world.person.href(uid) not in there, f"{uid} was deleted"


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 8))])
def test_a_person_who_meddles_with_every_write_is_never_undone(
    world: CalDavWorld, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOCKER_PROTECT", "busy")
    world.person.load(sample_calendar(MONDAY))
    theirs = world.person.others()
    assert told(world, 0, "run", "-y").code == 0
    meddler = Meddler(world, seed)
    for day in range(1, 5):
        for text in [*world.person.blocks().values()][
            :3
        ]:  # meetings land on blocks, so that they have to move
            start, end = (datetime.fromisoformat(t) for t in SLOT.search(text).groups())  # type: ignore[union-attr]
            world.add_event("Urgent", Interval(start, end))
        for words in (("run",), ("rebalance", "next", "-y"), ("rebalance", "2026-W48", "-y")):
            said = told(world, day, *words)
            assert said.code in (0, 1, 3, 4), words
            meddler.all_stands()
    assert sum(meddler.deeds.values()) >= 3
    world.proxy.honest()
    for _ in range(6):
        assert told(world, 5, "run").code == 0
    assert "PUT" not in world.proxy.methods(lambda: told(world, 5, "run"))
    meddler.all_stands()
    assert theirs.items() <= world.person.others().items()


def test_a_calendar_under_a_new_name_is_the_same(world: CalDavWorld) -> None:
    world.person.load(sample_calendar(MONDAY))
    told(world, 0, "run", "-y")
    before = world.person.all()
    body = (
        '<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:displayname>Another name</d:displayname></d:prop>'
        "</d:set></d:propertyupdate>"
    )
    done = world.server.ask("PROPPATCH", world.path, body.encode(), **{"Content-Type": "application/xml"})
    assert done.status_code == 207
    assert told(world, 0, "run").code == 0
    assert world.person.all() == before


def test_a_calendar_that_was_moved_is_missed_and_its_blocks_are_known_at_the_new_place(
    world: CalDavWorld,
) -> None:
    world.person.load(sample_calendar(MONDAY))
    told(world, 0, "run", "-y")
    before = world.person.all()
    old, world.path = world.path, world.server.make_calendar("Moved")
    assert world.server.ask("DELETE", old).status_code in (200, 204)
    world.person.path = world.path
    for path, text in before.items():
        world.person.put(path.replace(old, world.path), text)
    said = call("run", now=f"{MONDAY}T06:30", calendar=world.address.replace(world.path, old))
    assert said.code == 1
    assert "connect caldav lists" in said.err
    there = world.person.all()
    assert told(world, 0, "run", "-y").code == 0
    assert world.person.all() == there


def test_a_server_that_forgot_all_is_not_filled_anew(world: CalDavWorld) -> None:
    """Somebody emptied the calendar, or the server lost it: nothing is concluded from that."""
    world.person.load(sample_calendar(MONDAY))
    told(world, 0, "run", "-y")
    for path in world.person.all():
        world.person.remove_at(path)
    said = told(world, 1, "run")
    assert said.code == 4, said
    assert world.person.all() == {}


def test_an_etag_that_changes_by_itself_only_puts_a_write_off(world: CalDavWorld) -> None:
    """Some servers touch what they store a moment later."""
    calendar = world.open()
    calendar.read(WINDOW)
    ref = calendar.create(block())

    def touched(asked: Asked, reply: Reply) -> Reply:
        return reply.but(head={**reply.head, "ETag": '"touched"'}) if asked.method == "GET" else reply

    world.proxy.after = touched
    with pytest.raises(Conflict):
        calendar.update(ref, block(title="newer"))
    world.proxy.honest()
    assert calendar.update(calendar.read(WINDOW).blocks[0].ref, block(title="newer"))
