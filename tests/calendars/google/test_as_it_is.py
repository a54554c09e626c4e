"""Google as Google is: hidden guests, whose ``self`` it is, formatted text, versions that move, calendars that can't be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.calendars.google import descriptions
from blocker.calendars.google.identity import token_path
from blocker.calendars.google.sign_in import HOURS, WRITE_ALL, keep_sign_in
from blocker.calendars.port import NATIVE_FOCUS
from blocker.values.errors import AlreadyExists, Conflict, PartlyApplied, Refused, Unreadable
from blocker.values.events import DECLINE_NEW, DECLINE_NONE, Event
from tests.tools.contract import WINDOW, block, slot
from tests.tools.google_days import MONDAY, blocks, busy_weeks, call, document, key, requests_of
from tests.tools.google_server import GoogleServer, error
from tests.tools.google_world import LEAD, GoogleWorld, signed_in, surroundings, times

NOW = "2026-11-02T06:30"
LATER = "2026-11-03T06:30"
ANN, BOSS = "ann@example.org", "boss@example.org"
UNSALTED = (
    "blk0hech5j9u6mqgrqf6hmclvgdicbg1"  # of strategic/2026-W48/1, as it was before calendars were in it
)
TEAM = "team@group.calendar.google.com"


def put(server: GoogleServer, calendar: str = "primary", **fields: Any) -> None:
    server.put_event(calendar, {"summary": "Talk", **times(slot("09:00", "10:00")), **fields})


def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    monkeypatch.setenv("BLOCKER_CONFIG", str(tmp_path / "config.toml"))


# Whose ``self`` it is


@pytest.fixture
def anns(server: GoogleServer) -> GoogleWorld:
    """A colleague's calendar that may be seen."""
    server.add_calendar(ANN, access_role="reader")
    return GoogleWorld(server, ANN)


def only_read(world: GoogleWorld, me: tuple[str, ...] = (LEAD,)) -> Event:
    calendar = world.open(written=False, me=me)
    (event,) = calendar.read(WINDOW).events
    world.close()
    return event


def test_a_colleagues_meetings_are_not_mine(anns: GoogleWorld) -> None:
    put(anns.server, ANN, organizer={"email": ANN}, attendees=[{"email": ANN, "responseStatus": "accepted"}])
    event = only_read(anns)
    assert (event.organizer_is_me, event.attendees, event.response) == (False, (ANN,), "none")


def test_a_colleagues_own_time_is_not_my_own(anns: GoogleWorld) -> None:
    put(anns.server, ANN, summary="Focus time", organizer={"email": ANN})
    assert only_read(anns).attendees == (ANN,)
    assert only_read(anns, me=()).organizer_is_me is False


def test_what_a_colleague_declined_takes_no_time_and_is_no_answer_of_mine(anns: GoogleWorld) -> None:
    put(anns.server, ANN, organizer={"email": BOSS}, attendees=[{"email": ANN, "responseStatus": "declined"}])
    event = only_read(anns)
    assert (event.transparent, event.response) == (True, "none")


@pytest.mark.parametrize("address", [ANN, "ann.summer@example.org"])
def test_a_calendar_with_my_address_is_mine(anns: GoogleWorld, address: str) -> None:
    """And so is what was sent to another address of it."""
    anns.server.store.calendars[ANN].aliases = frozenset(("ann.summer@example.org",))
    put(anns.server, ANN, organizer={"email": address})
    event = only_read(anns, me=(LEAD, ANN))
    assert (event.organizer_is_me, event.attendees) == (True, ())
    assert only_read(anns).organizer_is_me is False


def test_a_colleagues_blocks_take_time_and_are_no_load(
    anns: GoogleWorld, busy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(tmp_path, monkeypatch, f'also_read = ["google:{ANN}"]\n')
    first = document("plan", now=NOW)
    made = next(c for c in first["changes"] if c["action"] == "create" and c["kind"] == "strategic")
    anns.server.store.calendars[ANN].access_role = "owner"
    hers = block("strategic/2026-W60/1", slot("08:00", "09:00"))
    ref = anns.open().create(hers)
    anns.server.edit(ANN, ref.id, {side: {"dateTime": made[side]} for side in ("start", "end")})
    anns.server.store.calendars[ANN].access_role = "reader"
    second = document("plan", now=NOW)
    anns.close()
    assert [w["load"]["operational_hours"] for w in second["weeks"]] == [
        w["load"]["operational_hours"] for w in first["weeks"]
    ]
    assert not [c for c in second["changes"] if c["action"] == "create" and c["start"] == made["start"]]


@pytest.mark.parametrize(
    "nobody",
    [
        TEAM,
        "abc@import.calendar.google.com",
        "de.german#holiday@group.v.calendar.google.com",
        "r1@resource.calendar.google.com",
    ],
)
def test_a_calendars_address_is_nobodys(world: GoogleWorld, nobody: str) -> None:
    put(
        world.server,
        organizer={"email": nobody},
        creator={"email": nobody},
        attendees=[{"email": LEAD}, {"email": nobody}],
    )
    (event,) = world.open().read(WINDOW).events
    assert (event.attendees, event.organizer_is_me) == ((), False)


def test_what_i_made_on_a_shared_calendar_is_mine(server: GoogleServer) -> None:
    server.add_calendar(TEAM)
    world = GoogleWorld(server, TEAM)
    world.add_event("Talk", slot("09:00", "10:00"))
    (event,) = world.open(me=(LEAD,)).read(WINDOW).events
    world.close()
    assert (event.organizer_is_me, event.attendees) == (True, ())


# Hidden guests


def test_guests_who_are_hidden_are_guests(world: GoogleWorld) -> None:
    guests = [{"email": LEAD, "responseStatus": "accepted"}, {"email": ANN}, {"email": BOSS}]
    put(world.server, organizer={"email": BOSS}, attendees=guests, guestsCanSeeOtherGuests=False)
    (event,) = world.open().read(WINDOW).events
    assert (event.attendees, event.response) == ((BOSS,), "accepted")


def test_a_list_of_guests_that_is_not_whole_is_never_alone(world: GoogleWorld) -> None:
    put(world.server, summary="Focus time", attendees=[{"email": LEAD, "self": True}], attendeesOmitted=True)
    (event,) = world.open().read(WINDOW).events
    assert len(event.attendees) == 1
    assert event.organizer_is_me


def test_whoever_invites_and_is_not_listed_is_one_of_the_others(world: GoogleWorld) -> None:
    put(world.server, summary="Focus time", organizer={"email": BOSS})
    (event,) = world.open().read(WINDOW).events
    assert event.attendees == (BOSS,)


# Primary, and one's own address


def test_ones_own_address_is_primary(
    server: GoogleServer, busy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(
        tmp_path, monkeypatch, f'protect = "decline"\nalso_read = ["google:{LEAD}", "google:primary"]\n'
    )
    monkeypatch.delenv("BLOCKER_PROTECT")
    names = requests_of(server, lambda: call("plan", now=NOW))
    assert names == ["calendars.get", "events.list", "events.list"]
    names = requests_of(server, lambda: call("plan", now=NOW, calendar=f"google:{LEAD}"))
    assert names == ["events.list", "events.list"]
    assert call("run", "-y", now=NOW, calendar=f"google:{LEAD}").code == 0
    assert "focusTime" in {event["eventType"] for event in blocks(server)}


def test_native_focus_time_under_both_names(server: GoogleServer) -> None:
    keep_sign_in(token_path(surroundings()), signed_in(server))
    world = GoogleWorld(server, LEAD)
    calendar = world.open()
    calendar.identity()
    assert calendar.capabilities == {NATIVE_FOCUS}
    world.close()


# Hours


def test_hours_are_those_of_the_calendar_that_is_written(server: GoogleServer) -> None:
    def early(start: int) -> dict[str, Any]:
        day = {"dayOfWeek": "monday", "periodStart": start, "periodEnd": 960}
        return {"workingHoursEnabled": True, "availableTimes": [day]}

    server.store.calendars[LEAD].working_hours = early(420)
    server.add_calendar(BOSS, primary=True, working_hours=early(600))
    keep_sign_in(token_path(surroundings()), signed_in(server, WRITE_ALL, HOURS))
    assert "Mon 10:00–16:00" in call("check", now=NOW, calendar=f"google:{BOSS}").out
    assert "Mon 07:00–16:00" in call("check", now=NOW).out
    busy_weeks(server, MONDAY, 2)
    weeks = [
        document("plan", now=NOW)["weeks"][1],
        call("--json", "plan", now=NOW, calendar=f"google:{BOSS}").json["weeks"][1],
    ]
    assert [week["load"]["capacity_hours"] for week in weeks] == [8.0, 5.0]


# A description that somebody formatted


def test_formatting_is_no_edit_and_stays(world: GoogleWorld) -> None:
    text = "Why & what <now>?\n— this week —\n3 h of meetings\n— until here —\nMove it or delete it."
    calendar = world.open()
    ref = calendar.create(block(text=text))
    world.server.format("primary", ref.id)
    (there,) = calendar.read(WINDOW).blocks
    assert there.text.split("\n") == text.split("\n")
    assert not there.edited
    fresh = text.replace("3 h of meetings", "5 h < 6 h\nand a question")
    calendar.update(there.ref, block(text=fresh))
    (stored,) = world.server.events()
    assert stored["description"] == (
        "<b>Why &amp; what &lt;now&gt;?</b><br>— this week —<br>5 h &lt; 6 h<br>and a question<br>— until here —<br>"
        "Move it or delete it."
    )
    (there,) = calendar.read(WINDOW).blocks
    assert (there.text, there.edited) == (fresh, False)


def test_a_word_that_was_changed_in_formatted_text_is_an_edit(world: GoogleWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block(text="one\ntwo"))
    world.server.edit("primary", ref.id, {"description": "<p>one</p><p>three &amp; four</p>"})
    (there,) = calendar.read(WINDOW).blocks
    assert there.text_edited
    assert there.text.split() == ["one", "three", "&", "four"]


def test_a_parked_question_reaches_a_block_that_was_formatted(server: GoogleServer, busy: None) -> None:
    call("run", "-y", now=NOW)
    for event in blocks(server):
        server.format("primary", event["id"])
    assert "the next run writes it there" in call("park", "Is it ours & theirs?", now=NOW).out
    assert requests_of(server, lambda: call("run", now=NOW)) == ["events.list"] * 2 + ["events.patch"]
    (told,) = [e for e in blocks(server) if "Is it ours" in e.get("description", "")]
    assert told["description"].startswith("<b>")
    assert "Is it ours &amp; theirs?" in told["description"]
    assert requests_of(server, lambda: call("run", now=NOW)) == ["events.list"] * 2


def test_paragraphs_around_what_is_brought_up_to_date_stay(world: GoogleWorld) -> None:
    text = "Why?\n— this week —\n3 h of meetings\n— until here —\nMove it or delete it."
    ref = world.open().create(block(text=text))
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    world.server.edit("primary", ref.id, {"description": paragraphs})
    calendar = world.open()
    (there,) = calendar.read(WINDOW).blocks
    assert not there.edited
    calendar.update(there.ref, block(text=there.text.replace("3 h", "5 h").strip()))
    (stored,) = world.server.events()
    assert stored["description"] == paragraphs.replace("<p>3 h of meetings</p>", "<p>5 h of meetings</p>")


LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="<>&"), max_size=5), min_size=1, max_size=6
)


@given(LINES, LINES, st.sampled_from(["<br>", "\n", "<br />", "</p><p>"]))
def test_what_is_written_into_formatted_text_is_read_from_it(
    old: list[str], new: list[str], end: str
) -> None:
    found = end.join(f"<b>{line}</b>" for line in old)
    text = "\n".join(" ".join(line.split()) for line in new)
    assert descriptions.plain_text(descriptions.with_text(found, text)).split() == text.split()
    assert descriptions.with_text(found, descriptions.plain_text(found)) == found


# Versions that move without a person


def test_a_version_that_moved_by_itself_is_taken_along(world: GoogleWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    world.server.store.restless = 1
    ref = calendar.update(ref, block(title="Other"))
    world.server.store.restless = 1
    calendar.delete(ref)
    assert world.server.events() == []


def test_a_version_that_never_rests_is_a_conflict(world: GoogleWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    world.server.store.restless = 99
    with pytest.raises(Conflict, match="again and again"):
        calendar.update(ref, block(title="Other"))


def test_a_conflict_says_what_differs(world: GoogleWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    world.server.edit("primary", ref.id, {"summary": "Mine", "colorId": "5"})
    with pytest.raises(
        Conflict, match=r"strategic/2026-W48/1 changed since it was read: its colour and title"
    ):
        calendar.update(ref, block(title="Other"))


def test_a_removal_that_was_cut_short_takes_nothing_that_a_person_moved_since(world: GoogleWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    world.server.faults.next(error(400, "badRequest"), on="events.delete")
    with pytest.raises(Refused):
        calendar.delete(ref)
    calendar = world.open()
    (there,) = calendar.read(WINDOW).blocks
    world.move(ref.id, slot("14:00", "15:00"))
    with pytest.raises(Conflict, match="its time"):
        calendar.delete(there.ref)
    assert len(world.server.events()) == 1


def test_a_block_that_stays_after_all_is_not_marked_as_taken_away(world: GoogleWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    world.server.faults.next(error(400, "badRequest"), on="events.delete")
    with pytest.raises(Refused):
        calendar.delete(ref)
    calendar = world.open()
    (there,) = calendar.read(WINDOW).blocks
    calendar.update(there.ref, block(title="Other"))
    world.remove(ref.id)
    with pytest.raises(AlreadyExists) as caught:
        world.open().create(block())
    assert caught.value.taken_by == "deleted"


def test_leave_ends_whatever_the_versions_do(server: GoogleServer, busy: None) -> None:
    call("run", "-y", now=NOW)
    server.store.restless = 10_000
    said = call("leave", "--remove", "-y", now=NOW)
    assert said.code == PartlyApplied.exit_code
    assert "again and again" in said.err
    assert "nothing more is written" in said.err
    server.store.restless = 0
    assert "not started" in call("check", now=LATER).out
    assert call("leave", "--remove", "-y", now=LATER).code == 0
    assert blocks(server) == []


# What a calendar can't do


@pytest.mark.parametrize("role", ["reader", "freeBusyReader"])
def test_a_calendar_that_may_only_be_read_is_told_before_a_run(
    server: GoogleServer, busy: None, role: str
) -> None:
    server.store.calendars[LEAD].access_role = role
    said = call("check", now=NOW)
    assert said.code == 1
    assert "shared with you to be seen only" in said.out
    said = call("run", "-y", now=NOW)
    assert said.code == 1
    assert "Make changes to events" in said.err
    assert server.log.writes == []
    world = GoogleWorld(server)
    calendar = world.open()
    calendar.read(WINDOW)
    with pytest.raises(Refused):
        calendar.create(block())
    world.close()


def test_a_calendar_that_is_gone_is_told_once_and_left_out(
    server: GoogleServer, busy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add_calendar(TEAM, access_role="reader")
    configured(tmp_path, monkeypatch, f'also_read = ["google:{TEAM}"]\n')
    assert call("run", "-y", now=NOW).code == 0
    server.remove_calendar(TEAM)
    first = call("run", now=LATER)
    assert first.code == Unreadable.exit_code
    assert f"there is no calendar google:{TEAM}" in first.err
    assert "also_read" in first.err
    assert call("run", now=LATER).code == 0
    assert f"google:{TEAM}" in call("check", now=LATER).out
    server.add_calendar(TEAM, access_role="reader")
    assert call("run", now=LATER).code == 0
    server.remove_calendar(TEAM)
    assert call("run", now=LATER).code == Unreadable.exit_code, "it is told anew"


def test_a_calendar_that_is_written_is_never_left_out(server: GoogleServer) -> None:
    for _ in range(2):
        assert call("run", "-y", now=NOW, calendar=f"google:{TEAM}").code == Unreadable.exit_code


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (error(403, "notACalendarUser"), "switched off for this account"),
        (error(403, "quotaExceeded"), "takes no more from this account"),
    ],
)
def test_a_calendar_that_is_disabled_or_full(
    server: GoogleServer, busy: None, fault: Any, words: str
) -> None:
    server.faults.next(fault, on="events.list" if "User" in fault.name else "events.insert", times=9)
    said = call("run", "-y", now=NOW)
    assert words in said.err
    assert server.events() != []
    assert blocks(server) == []
    assert words in call("check", now=NOW).out
    server.faults.clear()
    assert call("run", "-y", now=NOW).code == 0
    assert words not in call("check", now=NOW).out


def test_check_says_where_there_is_no_focus_time(
    server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add_calendar(TEAM)
    monkeypatch.setenv("BLOCKER_PROTECT", "decline")
    assert "own calendar only" in call("check", now=NOW, calendar=f"google:{TEAM}").out
    assert "focus time" not in call("check", now=NOW).out


# Focus time


def test_only_time_to_think_declines(
    server: GoogleServer, busy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = 'protect = "decline"\ndecline_message = "I think then."\nchat_status = "do_not_disturb"\nnative_focus = true\n'
    configured(tmp_path, monkeypatch, text)
    monkeypatch.delenv("BLOCKER_PROTECT")
    assert call("run", "-y", now=NOW).code == 0
    found = {
        key(e).partition("/")[0]: e["focusTimeProperties"]
        for e in blocks(server)
        if e["eventType"] == "focusTime"
    }
    assert found["strategic"] == {
        "autoDeclineMode": DECLINE_NEW, "declineMessage": "I think then.", "chatStatus": "doNotDisturb"
    }  # fmt: skip
    assert found["offsite"]["autoDeclineMode"] == DECLINE_NEW
    assert found["frontline"] == {"autoDeclineMode": DECLINE_NONE, "chatStatus": "doNotDisturb"}


# Identities


def test_a_new_block_has_its_calendar_in_its_id_and_an_old_one_is_still_known(server: GoogleServer) -> None:
    server.add_calendar(TEAM)
    worlds = [GoogleWorld(server), GoogleWorld(server, TEAM)]
    refs = []
    for world in worlds:
        calendar = world.open()
        calendar.identity()
        refs.append(calendar.create(block()))
    assert refs[0].id != refs[1].id
    old = next(e for e in server.events() if e["id"] == refs[0].id)
    private = {n: v for n, v in old["extendedProperties"]["private"].items() if n != "blockerCalendar"}
    made = {**times(slot("08:00", "10:00")), "id": UNSALTED, "extendedProperties": {"private": private}}
    server.remove("primary", refs[0].id)
    server.put_event("primary", made)
    (standing,) = worlds[0].open().read(WINDOW).blocks
    assert (standing.key, standing.generation, standing.ref.id) == ("strategic/2026-W48/1", 1, UNSALTED)
    for world in worlds:
        world.close()
