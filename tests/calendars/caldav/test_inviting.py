"""A server that invites by itself (RFC 6638): what we write must never have it send anything to anybody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from blocker.commands.sample import sample_calendar
from blocker.values.intervals import interval
from tests.calendars.caldav.conftest import CalDavWorld
from tests.tools.caldav_proxy import proxy_to
from tests.tools.caldav_servers import Cyrus, running
from tests.tools.command_line import Said
from tests.tools.google_days import call

TODAY = datetime.now(UTC).date()
MONDAY = TODAY + timedelta(days=14 - TODAY.weekday())  # ahead: the server invites to nothing that is over
NOW, LATER = f"{MONDAY}T06:30", f"{MONDAY + timedelta(days=1)}T06:30"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cyrus]:
    with running("cyrus", tmp_path_factory.mktemp("cyrus")) as found:
        assert isinstance(found, Cyrus)
        yield found


@pytest.fixture
def world(own_places: None, server: Cyrus, monkeypatch: pytest.MonkeyPatch) -> Iterator[CalDavWorld]:
    monkeypatch.setenv("BLOCKER_PROTECT", "busy")
    with proxy_to(server.root) as proxy:
        made = CalDavWorld(server, proxy)
        yield made
        made.close()


class Colleague:
    """Somebody on the same server, with what reached them: an invitation is put on their calendar."""

    def __init__(self, server: Cyrus) -> None:
        self.server = server.person(f"ben{os.urandom(3).hex()}")
        self.address = f"mailto:{self.server.user}@example.org"
        assert self.reached_by() == []  # their first look makes the calendars that invitations go to

    def reached_by(self) -> list[str]:
        home = self.server.home
        return [*self.server.etags(f"{home}Inbox/"), *self.server.etags(f"{home}Default/")]


@pytest.fixture
def colleague(server: Cyrus) -> Colleague:
    return Colleague(server)


def invite(world: CalDavWorld, colleague: Colleague) -> str:
    """A meeting of the person's own, to which the server invites the colleague."""
    at = datetime.combine(MONDAY + timedelta(days=2), time(10), UTC)
    guests = (
        f"ORGANIZER:mailto:{world.user}@example.org",
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION:{colleague.address}",
    )
    return world.person.add("Together", interval(at, at + timedelta(hours=1)), *guests)


def told(world: CalDavWorld, *words: str, now: str = NOW) -> Said:
    said = call(*words, now=now, calendar=world.address)
    assert said.code == 0, said
    return said


def test_the_server_does_invite(world: CalDavWorld, colleague: Colleague) -> None:
    invite(world, colleague)
    assert len(colleague.reached_by()) == 2


def test_nobody_hears_of_blocks(world: CalDavWorld, colleague: Colleague) -> None:
    """A life with new, moved, removed and undone blocks, on a calendar whose meetings have guests on this server."""
    content = (
        sample_calendar(MONDAY)
        .decode()
        .replace("mailto:dana.weiss@example.org", f"mailto:{world.user}@example.org")
    )
    world.person.load(content.encode())
    invite(world, colleague)
    before, theirs = colleague.reached_by(), world.person.others()
    told(world, "run", "-y")
    text = min(world.person.blocks().items())[1]
    slot = text.partition("X-BLOCKER-SLOT:")[2].split()[0].split("/")
    world.add_event(
        "Urgent", interval(*(datetime.strptime(t, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for t in slot))
    )
    told(world, "run", now=LATER)
    told(world, "skip", "next", now=LATER)
    told(world, "undo", now=LATER)
    told(world, "leave", "--remove", "-y", now=LATER)
    assert world.person.blocks() == {}
    assert colleague.reached_by() == before
    assert theirs.items() <= world.person.others().items()


def test_a_block_that_a_person_shared_is_not_touched_behind_their_back(
    world: CalDavWorld, colleague: Colleague
) -> None:
    """They invited the colleague to it: a change of ours would be sent to them."""
    world.person.load(sample_calendar(MONDAY))
    told(world, "run", "-y")
    path, text = max(world.person.blocks().items())
    guests = f"ORGANIZER:mailto:{world.user}@example.org\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:{colleague.address}\r\nEND:VEVENT"
    world.person.put(path, text.replace("END:VEVENT", guests))
    reached = colleague.reached_by()
    assert len(reached) == 2
    shared = world.person.blocks()[path]
    call("leave", "--remove", "-y", now=LATER, calendar=world.address)
    assert colleague.reached_by() == reached
    assert world.person.blocks() == {path: shared}
