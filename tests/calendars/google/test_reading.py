"""What Google shows, as events and blocks: every type, time and answer, and whose an event is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.calendars import port
from blocker.calendars.google import bodies, marks, shapes
from blocker.calendars.google.snapshot import Seen
from blocker.values.errors import Refused, Unreadable, UsageError
from blocker.values.events import Event, Ref
from blocker.values.intervals import interval
from tests.tools.contract import MONDAY, WINDOW, ZONE, block, slot
from tests.tools.google_server import GoogleServer
from tests.tools.google_server.samples import all_day, series, timed
from tests.tools.google_world import LEAD, GoogleWorld
from tests.tools.places import GOOGLE_JSON, REAL_CALENDARS

SAMPLES = GOOGLE_JSON
OTHERS = REAL_CALENDARS / "google_json"
DAY = timedelta(days=1)
YEAR = interval(MONDAY - 365 * DAY, MONDAY + 365 * DAY)


def read_one(world: GoogleWorld, body: dict[str, Any], **options: Any) -> Event:
    world.server.put_event(world.calendar_id, body)
    (event,) = world.open(**options).read(YEAR).events
    return event


# Reading


def test_a_read_is_two_lists_that_ask_for_no_more_than_is_needed(world: GoogleWorld) -> None:
    world.open().read(WINDOW)
    window, own = world.server.log
    assert window.name == own.name == "events.list"
    assert own.query["privateExtendedProperty"] == ["blockerVersion=1"]
    (since,) = own.query["timeMin"]
    assert datetime.fromisoformat(since) == WINDOW.start - 366 * DAY
    asked = [set(re.split(r"[^A-Za-z]+", entry.query["fields"][0])) for entry in (window, own)]
    for fields in asked:
        assert {"conferenceData", "hangoutLink", "attachments"}.isdisjoint(fields)
    assert "location" not in asked[0]  # of blocks of ours it is: undo puts it back


def test_all_pages_are_read(world: GoogleWorld) -> None:
    world.server.api.page_size, world.server.api.empty_pages = 3, True
    for day in range(11):
        world.add_event(f"E{day}", slot("09:00", "10:00", day % 7))
    assert len(world.open().read(WINDOW).events) == 11


def test_no_more_pages_are_asked_for_than_can_be_planned_on(
    world: GoogleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "MAX_EVENTS", 4)
    world.server.api.page_size = 3
    for day in range(11):
        world.add_event(f"E{day}", slot("09:00", "10:00", day % 7))
    with pytest.raises(Unreadable, match="google:primary has more than 4 events"):
        world.open().read(WINDOW)
    assert len(world.server.log) == 2


def test_a_series_keeps_its_wall_clock_across_the_change_of_the_clocks(world: GoogleWorld) -> None:
    world.server.put_event("primary", series("RRULE:FREQ=WEEKLY;COUNT=2", summary="Standup"))
    first, second = world.open().read(YEAR).events
    assert (first.when.start.hour, second.when.start.hour) == (8, 7)
    assert first.recurring
    assert first.uid == second.uid


def test_a_series_in_another_zone_is_read_where_it_takes_place(world: GoogleWorld) -> None:
    body = series(
        "RRULE:FREQ=WEEKLY;COUNT=2",
        zone="America/New_York",
        start="2026-10-26T09:00:00",
        end="2026-10-26T10:00:00",
    )
    world.server.put_event("primary", body)
    assert [e.when.start.hour for e in world.open().read(YEAR).events] == [13, 14]


def test_an_all_day_event_is_days_in_the_users_zone(world: GoogleWorld) -> None:
    world.server.put_event("primary", all_day("2026-11-24", "2026-11-26", summary="Fair"))
    (event,) = world.open(zone="Pacific/Auckland").read(YEAR).events
    assert event.dates == (date(2026, 11, 24), date(2026, 11, 26))
    assert event.when == interval(
        datetime(2026, 11, 23, 11, tzinfo=UTC), datetime(2026, 11, 25, 11, tzinfo=UTC)
    )


def test_an_all_day_event_at_the_edge_counts_in_the_users_zone(world: GoogleWorld) -> None:
    world.server.put_event("primary", all_day("2026-11-24", "2026-11-25"))
    the_day = interval(datetime(2026, 11, 23, 11, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC))
    calendar = world.open(zone="Pacific/Auckland")
    assert len(calendar.read(the_day).events) == 1
    assert calendar.read(interval(the_day.end, the_day.end + DAY)).events == ()
    assert calendar.read(interval(the_day.start - DAY, the_day.start)).events == ()


def test_the_calendars_zone_is_told_and_used(world: GoogleWorld) -> None:
    world.server.put_event("primary", all_day("2026-11-24", "2026-11-25"))
    snapshot = world.open(zone=None).read(YEAR)
    assert snapshot.zone == ZONE
    assert snapshot.events[0].when.start == datetime(2026, 11, 23, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"transparent": False, "status": "confirmed", "event_type": "default", "private": False}),
        ({"transparency": "transparent"}, {"transparent": True}),
        ({"status": "tentative"}, {"status": "tentative"}),
        ({"visibility": "private"}, {"private": True}),
        ({"visibility": "confidential"}, {"private": True}),
        ({"colorId": "3"}, {"color": "grape"}),
        ({"summary": ""}, {"title": ""}),
        ({"eventType": "outOfOffice"}, {"event_type": "outOfOffice"}),
        ({"eventType": "focusTime"}, {"event_type": "focusTime"}),
        ({"eventType": "fromGmail"}, {"event_type": "fromGmail"}),
        (
            {"eventType": "focusTime", "description": "please go to: https://tasks.google.com/task/x"},
            {"event_type": "task"},
        ),
    ],
)
def test_what_an_event_says_of_itself(
    world: GoogleWorld, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    event = read_one(world, timed(**body))
    assert {name: getattr(event, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("answer", "response"),
    [
        ("accepted", "accepted"),
        ("declined", "declined"),
        ("tentative", "tentative"),
        ("needsAction", "needs-action"),
    ],
)
def test_the_users_answer(world: GoogleWorld, answer: str, response: str) -> None:
    guests = [
        {"email": LEAD, "responseStatus": answer},
        {"email": "Ann@example.org", "responseStatus": "declined"},
        {"email": "room@resource.calendar.google.com", "resource": True},
        {"email": "team@group.calendar.google.com"},
    ]
    event = read_one(world, timed(attendees=guests, organizer={"email": "boss@example.org"}))
    assert (event.response, event.attendees) == (response, ("ann@example.org", "boss@example.org"))
    assert (event.organizer, event.organizer_is_me) == ("boss@example.org", False)


def test_an_event_of_the_users_own(world: GoogleWorld) -> None:
    event = read_one(world, timed())
    assert event.organizer_is_me
    assert (event.response, event.attendees) == ("none", ())


def test_who_the_user_is(world: GoogleWorld) -> None:
    assert world.open().read(WINDOW).me == (LEAD,)  # an empty primary calendar is named for its owner
    world.add_event("Standup", slot("09:00", "10:00"))
    assert world.open().read(WINDOW).me == (LEAD,)
    assert world.open(me=("Other@example.org",)).read(WINDOW).me == ("other@example.org",)


def test_cancelled_events_and_instances_are_not_there(world: GoogleWorld) -> None:
    master = world.server.put_event("primary", series("RRULE:FREQ=DAILY;COUNT=3"))
    world.server.put_event("primary", {"id": "tombstone1", "status": "cancelled"})
    world.server.edit("primary", f"{master['id']}_20260328T080000Z", {"status": "cancelled"})
    assert len(world.open().read(YEAR).events) == 2


def test_an_unknown_type_of_event_counts_like_any_other(world: GoogleWorld) -> None:
    item = {"id": "x", **times_of("2026-11-24T09:00:00Z"), "eventType": "newGoogleType2027"}
    event = shapes.event(item, "google:primary", (), UTC, own=True)
    assert event is not None
    assert (event.event_type, event.transparent) == ("newGoogleType2027", False)


def times_of(start: str) -> dict[str, Any]:
    end = datetime.fromisoformat(start) + timedelta(hours=1)
    return {"start": {"dateTime": start}, "end": {"dateTime": end.isoformat()}}


@pytest.mark.parametrize(
    "path", sorted([*SAMPLES.glob("**/*.json"), *OTHERS.glob("**/*.json")]), ids=lambda p: p.stem
)
def test_recorded_payloads_are_read(path: Path) -> None:
    for item in items_in(json.loads(path.read_text("utf-8"))):
        if not {"date", "dateTime"} & set(item.get("start", ())):
            with pytest.raises(shapes.BrokenError):
                shapes.event(item, "google:primary", (), UTC, own=True)
            continue
        event = shapes.event(item, "google:primary", (), UTC, own=True)
        assert event is None or event.when.start < event.when.end
        assert not marks.is_ours(item)


def items_in(found: Any) -> Iterator[dict[str, Any]]:
    """Everything in a payload that looks like an event."""
    if isinstance(found, list):
        for one in found:
            yield from items_in(one)
    elif isinstance(found, dict):
        if "id" in found and ("start" in found or found.get("status") == "cancelled"):
            yield found
        else:
            for one in found.values():
                yield from items_in(one)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["id", "start", "end", "attendees", "organizer", "status", "extendedProperties", "colorId", "summary"]
)
ANYTHING = st.dictionaries(
    NAMES,
    JSON
    | st.fixed_dictionaries({}, optional={"dateTime": JSON, "date": JSON, "timeZone": JSON, "private": JSON}),
    max_size=6,
)


@given(ANYTHING)
def test_nothing_odd_in_an_event_is_more_than_a_broken_event(item: dict[str, Any]) -> None:
    marks.is_ours(item)
    marks.may_be_ours(item)
    shapes.user_in([item], "")
    with suppress(shapes.BrokenError):
        shapes.event(item, "google:primary", (), UTC, own=True)


def test_a_broken_event_is_reported_and_the_rest_counts() -> None:
    seen = Seen("google:primary", WINDOW, None, "", (), UTC)
    standup = timed("2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z")
    snapshot = seen.snapshot({}, [{"id": "odd"}, standup, "text", {"id": ["a"]}])
    assert snapshot.complete
    assert len(snapshot.events) == 1
    assert [s.where for s in snapshot.skipped] == ["event odd", "event ?", "event ['a']"]
    assert not seen.snapshot({}, [standup, {"id": "blk0" + "a" * 26 + "g1"}]).complete


def test_a_calendar_that_is_not_there_is_named(world: GoogleWorld) -> None:
    world.calendar_id = "nobody@example.org"
    with pytest.raises(Unreadable, match=r"google:nobody@example\.org"):
        world.open().read(WINDOW)


def test_a_calendar_that_shows_only_busy_times_can_be_read(server: GoogleServer, world: GoogleWorld) -> None:
    server.add_calendar("boss@example.org", access_role="freeBusyReader")
    server.put_event(
        "boss@example.org", timed("2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z", summary="Secret")
    )
    world.calendar_id = "boss@example.org"
    (event,) = world.open().read(WINDOW).events
    assert (event.title, event.transparent) == ("", False)
    with pytest.raises(Refused):
        world.open().create(block())


def test_a_zone_that_is_none_is_refused(world: GoogleWorld) -> None:
    with pytest.raises(UsageError):
        world.open(zone="Mars/Base")


# Identity and ownership


@given(st.text(max_size=30), st.integers(1, 999_999))
def test_an_id_is_legal_and_belongs_to_its_key(key: str, generation: int) -> None:
    made = marks.id_for(key, generation)
    assert re.fullmatch(r"[a-v0-9]{5,1024}", made)
    assert (
        marks.generation_in({"id": made, "extendedProperties": {"private": {"blockerKey": key}}})
        == generation
    )
    assert (
        marks.generation_in({"id": made, "extendedProperties": {"private": {"blockerKey": key + "x"}}})
        is None
    )


def ours(**changes: Any) -> dict[str, Any]:
    made = block()
    item: dict[str, Any] = {
        **bodies.new_event(made, LEAD, ZONE, None), "etag": '"1"', "status": "confirmed", "organizer": {"email": LEAD, "self": True}
    }  # fmt: skip
    return {name: value for name, value in {**item, **changes}.items() if value is not None}


def test_a_block_is_ours() -> None:
    assert marks.is_ours(ours())
    assert marks.is_ours(ours(attendees=[{"email": LEAD, "self": True}]))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "abcde12345"},
        {"id": marks.id_for("strategic/2026-W48/2", 1, LEAD)},
        {"id": marks.id_for("strategic/2026-W48/1", 1, "dana@example.net")},
        {"extendedProperties": None},
        {"extendedProperties": {"private": {"blockerKey": "strategic/2026-W48/1", "blockerVersion": "1"}}},
        {"extendedProperties": {"shared": {"blockerKey": "strategic/2026-W48/1"}}},
        {"organizer": {"email": "boss@example.org"}},
        {"organizer": None},
        {"recurrence": ["RRULE:FREQ=WEEKLY"]},
        {"recurringEventId": "abcde"},
        {"attendees": [{"email": "ann@example.org"}]},
        {"attendeesOmitted": True},
        {"locked": True},
        {"status": "cancelled"},
    ],
)
def test_what_lacks_one_sign_is_not_ours(changes: dict[str, Any]) -> None:
    assert not marks.is_ours(ours(**changes))


def test_a_block_that_a_person_shared_is_theirs_now(world: GoogleWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    world.server.edit("primary", ref.id, {"attendees": [{"email": "ann@example.org"}]})
    snapshot = calendar.read(WINDOW)
    assert (snapshot.blocks, len(snapshot.events)) == ((), 1)
    with pytest.raises(Refused):
        calendar.delete(Ref(ref.id, ""))


def test_a_copy_with_our_properties_is_not_a_block(world: GoogleWorld) -> None:
    calendar = world.open()
    calendar.create(block())
    (body,) = world.server.events()
    world.server.put_event("primary", {k: body[k] for k in ("summary", "start", "end", "extendedProperties")})
    snapshot = calendar.read(WINDOW)
    assert (len(snapshot.blocks), len(snapshot.events)) == (1, 1)
