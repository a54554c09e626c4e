"""A person edits blocks on the calendar in every way a client can; the next runs respect it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocker.cli import main
from blocker.commands.sample import sample_calendar
from blocker.values.fingerprint import parts_of_text

NOW, NEXT_DAY = "2026-11-02T06:30", "2026-11-03T06:30"
NOTE = "Meine Notiz: mit Jürgen sprechen 🤔 — nicht vergessen"

Edit = Callable[[icalendar.Event], None]


def put(name: str, value: Any) -> Edit:
    def edit(event: icalendar.Event) -> None:
        event.pop(name, None)
        event.add(name, value)

    return edit


def note_above(event: icalendar.Event) -> None:
    put("DESCRIPTION", f"{NOTE}\n\n{event.get('DESCRIPTION', '')}")(event)


def note_below(event: icalendar.Event) -> None:
    put("DESCRIPTION", f"{event.get('DESCRIPTION', '')}\n\n{NOTE}")(event)


def note_inside(event: icalendar.Event) -> None:
    text = str(event.get("DESCRIPTION", ""))
    section = parts_of_text(text)[1]
    first, _, rest = section.partition("\n")
    put("DESCRIPTION", text.replace(section, f"{first}\n{NOTE}\n{rest}") if section else NOTE)(event)


def made_html(event: icalendar.Event) -> None:
    text = str(event.get("DESCRIPTION", "")).replace("\n", "<br>")
    put("DESCRIPTION", f"<p>{text}<br>{NOTE}</p>")(event)


def later(**by: int) -> Edit:
    def edit(event: icalendar.Event) -> None:
        for name in ("DTSTART", "DTEND"):
            put(name, event[name].dt + timedelta(**by))(event)

    return edit


def longer(event: icalendar.Event) -> None:
    if isinstance(event["DTEND"].dt, datetime):
        put("DTEND", event["DTEND"].dt + timedelta(minutes=45))(event)


def all_day(event: icalendar.Event) -> None:
    start = event["DTSTART"].dt
    day = start.date() if isinstance(start, datetime) else start + timedelta(days=1)
    put("DTSTART", day)(event)
    put("DTEND", day + timedelta(days=1))(event)


def alarm(event: icalendar.Event) -> None:
    reminder = icalendar.Alarm()
    reminder.add("ACTION", "DISPLAY")
    reminder.add("DESCRIPTION", NOTE)
    reminder.add("TRIGGER", timedelta(minutes=-10))
    event.add_component(reminder)


def guest(event: icalendar.Event) -> None:
    event.add("ORGANIZER", "mailto:dana.weiss@example.org")
    event.add("ATTENDEE", "mailto:guest@example.org")


def shorter(event: icalendar.Event) -> None:
    if isinstance(event["DTEND"].dt, datetime):
        put("DTEND", event["DTSTART"].dt + timedelta(minutes=30))(event)


def in_another_zone(event: icalendar.Event) -> None:
    """The same instants: a client that travels writes them so."""
    for name in ("DTSTART", "DTEND"):
        if isinstance(event[name].dt, datetime):
            put(name, event[name].dt.astimezone(ZoneInfo("America/New_York")))(event)


def floating(event: icalendar.Event) -> None:
    for name in ("DTSTART", "DTEND"):
        if isinstance(event[name].dt, datetime):
            put(name, event[name].dt.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None))(event)


def by_its_length(event: icalendar.Event) -> None:
    length = event["DTEND"].dt - event["DTSTART"].dt
    event.pop("DTEND")
    put("DURATION", length)(event)


def saved_again(event: icalendar.Event) -> None:
    """Nothing is changed but what every client counts and stamps."""
    put("SEQUENCE", 7)(event)
    put("DTSTAMP", datetime(2026, 11, 2, 6, tzinfo=UTC))(event)
    put("LAST-MODIFIED", datetime(2026, 11, 2, 6, tzinfo=UTC))(event)
    put("CREATED", datetime(2026, 11, 2, 6, tzinfo=UTC))(event)


# What a person does, and what of the event is theirs from then on.
EDITS: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "title": (put("SUMMARY", "Reading: Meadows 📚"), ("SUMMARY",)),
    "empty title": (put("SUMMARY", ""), ("SUMMARY",)),
    "text": (put("DESCRIPTION", NOTE), ("DESCRIPTION",)),
    "no text": (put("DESCRIPTION", ""), ("DESCRIPTION",)),
    "note above": (note_above, ()),
    "note below": (note_below, ()),
    "note inside": (note_inside, ("DESCRIPTION",)),
    "html": (made_html, ("DESCRIPTION",)),
    "colour": (put("COLOR", "turquoise"), ("COLOR",)),
    "private": (put("CLASS", "PRIVATE"), ("CLASS",)),
    "place": (put("LOCATION", "The garden"), ("LOCATION",)),
    "category": (put("CATEGORIES", ["Blocker", "Mine"]), ("CATEGORIES",)),
    "free": (put("TRANSP", "TRANSPARENT"), ("TRANSP",)),
    "an hour later": (later(hours=1), ("DTSTART", "DTEND")),
    "a week later": (later(days=7), ("DTSTART", "DTEND")),
    "into the night": (later(hours=12), ("DTSTART", "DTEND")),
    "longer": (longer, ("DTSTART", "DTEND")),
    "all day": (all_day, ("DTSTART", "DTEND")),
    "alarm": (alarm, ()),
    "a guest": (guest, ("ATTENDEE", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND")),
    "weekly": (put("RRULE", {"FREQ": "WEEKLY", "COUNT": 3}), ("RRULE", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND")),
    "shorter": (shorter, ("DTSTART", "DTEND")),
    "in another zone": (in_another_zone, ()),
    "floating": (floating, ()),
    "by its length": (by_its_length, ()),
    "saved again": (saved_again, ()),
    "tentative": (put("STATUS", "TENTATIVE"), ("STATUS",)),
    "cancelled": (put("STATUS", "CANCELLED"), ("STATUS", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND")),
    "another client's property": (put("X-MOZ-GENERATION", "4"), ("X-MOZ-GENERATION",)),
}  # fmt: skip


NOT_OURS_ANY_MORE = ("a guest", "weekly", "cancelled")


class Desk:
    """A calendar file, the program, and a person with a client that saves the whole file."""

    def __init__(self, folder: Path) -> None:
        self.path, self.state = folder / "c.ics", folder / "state"
        self.path.write_bytes(sample_calendar(date(2026, 11, 2)))

    def run(self, now: str = NOW, *options: str) -> None:
        before = os.environ.get("BLOCKER_STATE_DIR")
        os.environ["BLOCKER_STATE_DIR"] = str(self.state)
        # What is free at first becomes busy by itself later: then "free" would be nobody's edit.
        os.environ["BLOCKER_PROTECT"] = "busy"
        try:
            assert main([*options, "--calendar", f"ics:{self.path}", "--now", now, "-q", "run", "-y"]) == 0
        finally:
            if before is not None:
                os.environ["BLOCKER_STATE_DIR"] = before
            del os.environ["BLOCKER_PROTECT"]

    def settle(self, now: str) -> None:
        """Run until nothing changes: two blocks move in a run at most, the others wait for the next one."""
        for _ in range(6):
            before = self.path.read_bytes()
            self.run(now)
            if self.path.read_bytes() == before:
                return
        pytest.fail("it never settles")

    def load(self) -> icalendar.Calendar:
        calendar = icalendar.Calendar.from_ical(self.path.read_bytes())
        assert isinstance(calendar, icalendar.Calendar)
        return calendar

    def blocks(self) -> dict[str, icalendar.Event]:
        return {str(e["UID"]): e for e in self.load().walk("VEVENT") if "X-BLOCKER-KEY" in e}

    def edit(self, changes: dict[str, list[str]], deleted: set[str]) -> dict[str, icalendar.Event]:
        """Make the edits by UID; what the blocks look like then."""
        calendar = self.load()
        for event in list(calendar.walk("VEVENT")):
            uid = str(event.get("UID"))
            if uid in deleted and "X-BLOCKER-KEY" in event:
                calendar.subcomponents.remove(event)
            else:
                for name in changes.get(uid, ()):
                    EDITS[name][0](event)
        self.path.write_bytes(calendar.to_ical())
        return self.blocks()


def check(
    edited: dict[str, icalendar.Event], now: dict[str, icalendar.Event], changes: dict[str, list[str]]
) -> None:
    for uid, names in changes.items():
        if uid.startswith("note-") and uid not in now and not {"title", "text", "no text"} & set(names):
            key = str(edited[uid]["X-BLOCKER-KEY"]).replace("note", "offsite")
            there = [e for e in now.values() if e["X-BLOCKER-KEY"] == key]
            ours = [e for e in there if not {"RRULE", "ATTENDEE"} & set(e) and e.get("STATUS") != "CANCELLED"]
            assert not ours, f"{uid} was taken away although its offsite is there"
            continue
        assert uid in now, f"{uid} was taken away after {names}"
        mine = {part for name in names for part in EDITS[name][1]}
        for part in sorted(mine):
            assert as_text(now[uid], part) == as_text(edited[uid], part), f"{part} of {uid} after {names}"
        if {"note above", "note below", "alarm", "html"} & set(names) and "no text" not in names:
            words = str(now[uid].get("DESCRIPTION", "")) + "".join(str(a) for a in now[uid].subcomponents)
            if NOTE in str(edited[uid].get("DESCRIPTION", "")):
                assert NOTE in words, f"a note in {uid} is lost"
        assert len(now[uid].subcomponents) == len(edited[uid].subcomponents), f"an alarm of {uid} is lost"


def as_text(event: icalendar.Event, name: str) -> str:
    value = event.get(name)
    values = value if isinstance(value, list) else [value]
    return " ".join(v.to_ical().decode() if hasattr(v, "to_ical") else str(v) for v in values)


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_is_respected_on_every_block(name: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run()
    there = sorted(desk.blocks())
    if name in NOT_OURS_ANY_MORE:  # were it all, the guard would ask
        there = there[::4]
    changes = {uid: [name] for uid in there}
    edited = desk.edit(changes, set())
    desk.run()
    check(edited, desk.blocks(), changes)
    desk.settle(NOW)
    check(edited, desk.blocks(), changes)


CHANGES = st.dictionaries(
    st.integers(0, 14),
    st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=3, unique=True),
    max_size=6,
)


@given(CHANGES, st.sets(st.integers(0, 14), max_size=3))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_edits_together_are_respected_today_and_tomorrow(
    picked: dict[int, list[str]], gone: set[int]
) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.run()
        there = sorted(desk.blocks())
        deleted = {there[n] for n in gone if n < len(there)}
        changes = {
            there[n]: names for n, names in picked.items() if n < len(there) and there[n] not in deleted
        }
        edited = desk.edit(changes, deleted)
        for now in (NOW, NEXT_DAY):
            desk.run(now)
            found = desk.blocks()
            assert not deleted & set(found), "a deleted block came back"
            check(edited, found, changes)
        desk.settle(NEXT_DAY)
        check(edited, desk.blocks(), changes)


def test_what_a_person_writes_beside_the_section_stays_and_the_section_is_kept_up_to_date(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.run()
    uid = min(
        desk.blocks(),
        key=lambda u: str(desk.blocks()[u]["X-BLOCKER-SLOT"]) if u.startswith("strategic") else "9",
    )
    changes = {uid: ["note above", "note below", "title"]}
    edited = desk.edit(changes, set())
    os.environ["BLOCKER_STATE_DIR"] = str(desk.state)
    assert main(["--calendar", f"ics:{desk.path}", "--now", NOW, "park", "Is certification right?"]) == 0
    desk.run()
    text = str(desk.blocks()[uid]["DESCRIPTION"])
    assert text.startswith(NOTE)
    assert text.endswith(NOTE)
    assert "• Is certification right?" in parts_of_text(text)[1]
    check(edited, desk.blocks(), changes)


@pytest.mark.parametrize(
    "moves", [["an hour later"], ["longer", "title"], ["a week later", "note above"], ["all day"]]
)
def test_a_block_that_was_moved_is_kept_up_to_date_where_it_is(moves: list[str], tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run()
    os.environ["BLOCKER_STATE_DIR"] = str(desk.state)
    before = desk.blocks()
    thinking = [uid for uid in before if uid.startswith("strategic")]
    changes = dict.fromkeys(thinking, moves)  # all of them, so that the next one is among them
    for question in ("Is certification right?", "Whom do we serve?"):
        edited = desk.edit(changes, set())
        assert main(["--calendar", f"ics:{desk.path}", "--now", NOW, "park", question]) == 0
        desk.settle(NOW)
        now = desk.blocks()
        check(edited, now, changes)
        # Where a moved one lies under a meeting, a new one stands beside it, and may be the next.
        told = [uid for uid in now if question in str(now[uid].get("DESCRIPTION", ""))]
        assert len(told) == 1
        assert all(
            as_text(now[uid], "X-BLOCKER-SLOT") == as_text(before[uid], "X-BLOCKER-SLOT") for uid in thinking
        )
    content = desk.path.read_bytes()
    desk.run()
    desk.run()
    assert desk.path.read_bytes() == content
