"""The sample calendar of a busy leader, made for any date: what ``blocker demo`` works on.

Dana leads learning and development in Berlin for a company with an office in New York. The calendar
holds what real ones hold: recurring meetings in two zones, an override, a cancelled occurrence, a
declined invitation, a tentative one, an out-of-office, a day off and an all-day note.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from blocker.values.workweek import week_of

ME = "dana.weiss@example.org"
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
WEEKS_BEFORE, WEEKS_AFTER = 5, 6

# title, weekday, start, minutes, zone, others: every one weekly.
_WEEKLY = (
    ("Leadership team", 0, "09:30", 90, BERLIN, 6),
    ("1:1 Amira", 0, "11:15", 45, BERLIN, 1),
    ("Programme status", 0, "14:00", 60, BERLIN, 5),
    ("New York catch-up", 0, "10:00", 60, NEW_YORK, 3),
    ("Onboarding board", 1, "09:00", 60, BERLIN, 4),
    ("Vendor call: learning platform", 1, "10:30", 60, BERLIN, 3),
    ("1:1 Jonas", 1, "13:30", 45, BERLIN, 1),
    ("Budget round", 1, "15:00", 90, BERLIN, 4),
    ("Works council", 2, "09:00", 90, BERLIN, 3),
    ("Certification steering", 2, "13:00", 90, BERLIN, 7),
    ("US enablement sync", 2, "10:30", 60, NEW_YORK, 4),
    ("Hiring panel", 3, "09:30", 60, BERLIN, 3),
    ("Content review", 3, "11:00", 60, BERLIN, 4),
    ("1:1 Priya", 3, "14:00", 45, BERLIN, 1),
    ("Escalations", 3, "15:30", 60, BERLIN, 5),
    ("Week wrap-up", 4, "10:00", 45, BERLIN, 6),
    ("Tool requests", 4, "13:30", 60, BERLIN, 2),
)

# title, weeks from now, weekday, start, minutes, others
_ONCE = (
    ("Board preparation", 0, 3, "13:00", 60, 4),
    ("Compliance audit interviews", 1, 1, "11:30", 120, 3),
    ("Compliance audit interviews", 1, 2, "10:45", 120, 3),
    ("Compliance audit close-out", 1, 4, "14:30", 150, 5),
    ("Quarterly business review", 2, 1, "11:30", 150, 9),
    ("Quarterly business review", 2, 3, "16:30", 60, 9),
    ("Town hall rehearsal", 3, 2, "10:45", 75, 4),
)

_VTIMEZONES = """\
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:DAYLIGHT
DTSTART:19700308T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZNAME:EDT
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701101T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZNAME:EST
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
"""


def sample_calendar(today: date) -> bytes:
    """The calendar as a file's bytes, six weeks around ``today`` and the weeks that explain them."""
    monday = week_of(today).monday
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//blocker//sample calendar//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{ME}",
        f"X-WR-TIMEZONE:{BERLIN}",
        *_VTIMEZONES.splitlines(),
        *_weekly(monday),
        *_once(monday),
        *_days_off(monday),
        "END:VCALENDAR",
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def meeting(uid: str, title: str, start_utc: str, end_utc: str, stamp: str) -> bytes:
    """One more meeting, as an assistant might drop it onto the calendar (instants as ``…T…Z``)."""
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{stamp}",
        f"DTSTART:{start_utc}",
        f"DTEND:{end_utc}",
        f"SUMMARY:{title}",
        "ORGANIZER:mailto:office.of.the.ceo@example.org",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ME}",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ceo@example.org",
        "END:VEVENT",
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def _weekly(monday: date) -> Iterator[str]:
    first = monday - timedelta(weeks=WEEKS_BEFORE)
    until = monday + timedelta(weeks=WEEKS_AFTER)
    for number, (title, weekday, start, minutes, zone, others) in enumerate(_WEEKLY):
        day = first + timedelta(days=weekday)
        uid = f"weekly-{number}@sample.example.org"
        rule = [f"RRULE:FREQ=WEEKLY;UNTIL={until:%Y%m%d}T000000Z"]
        if title == "Week wrap-up":  # cancelled once
            skipped = monday + timedelta(weeks=1, days=weekday)
            rule.append(f"EXDATE;TZID={zone}:{skipped:%Y%m%d}T{_clock(start)}")
        yield from _event(uid, title, day, start, minutes, zone, others, extra=rule)
        if title == "Certification steering":  # moved and longer once
            moved = monday + timedelta(weeks=2, days=weekday)
            was = f"RECURRENCE-ID;TZID={zone}:{moved:%Y%m%d}T{_clock(start)}"
            yield from _event(uid, f"{title} (extended)", moved, "09:30", 150, zone, others, extra=[was])
        if title == "1:1 Jonas":  # called off once, as a cancelled occurrence
            off = monday + timedelta(weeks=2, days=weekday)
            was = f"RECURRENCE-ID;TZID={zone}:{off:%Y%m%d}T{_clock(start)}"
            yield from _event(uid, title, off, start, minutes, zone, others, extra=[was, "STATUS:CANCELLED"])


def _once(monday: date) -> Iterator[str]:
    for number, (title, weeks, weekday, start, minutes, others) in enumerate(_ONCE):
        day = monday + timedelta(weeks=weeks, days=weekday)
        yield from _event(f"once-{number}@sample.example.org", title, day, start, minutes, BERLIN, others)
    declined = monday + timedelta(weeks=1, days=3)
    yield from _event(
        "declined@sample.example.org",
        "Sales kick-off rehearsal",
        declined,
        "09:00",
        240,
        BERLIN,
        8,
        answer="DECLINED",
    )
    maybe = monday + timedelta(weeks=2, days=4)
    yield from _event(
        "maybe@sample.example.org", "Podcast recording", maybe, "15:00", 60, BERLIN, 2, answer="TENTATIVE"
    )
    site = monday - timedelta(weeks=3) + timedelta(days=4)
    yield from _event("site@sample.example.org", "Site visit: training centre", site, "13:30", 150, BERLIN, 3)


def _days_off(monday: date) -> Iterator[str]:
    vacation = monday + timedelta(weeks=3, days=4)
    yield from _all_day("vacation@sample.example.org", "Vacation", vacation, "TRANSP:OPAQUE")
    note = monday + timedelta(weeks=1)
    yield from _all_day("note@sample.example.org", "Release week", note)
    doctor = monday + timedelta(weeks=4, days=2)
    yield from _event("ooo@sample.example.org", "Out of office", doctor, "13:00", 270, BERLIN, 0)


def _event(
    uid: str,
    title: str,
    day: date,
    start: str,
    minutes: int,
    zone: str,
    others: int,
    answer: str = "ACCEPTED",
    extra: list[str] | None = None,
) -> Iterator[str]:
    yield from ("BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{day:%Y%m%d}T060000Z", f"SUMMARY:{title}")
    yield f"DTSTART;TZID={zone}:{day:%Y%m%d}T{_clock(start)}"
    yield f"DURATION:PT{minutes}M"
    yield from extra or ()
    if others:
        yield f"ORGANIZER:mailto:{ME if others < 5 else 'chief.of.staff@example.org'}"
        yield f"ATTENDEE;PARTSTAT={answer}:mailto:{ME}"
        yield from (f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:colleague{n}@example.org" for n in range(others))
    yield "END:VEVENT"


def _all_day(uid: str, title: str, day: date, *more: str) -> Iterator[str]:
    yield from ("BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{day:%Y%m%d}T060000Z", f"SUMMARY:{title}")
    yield from (f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}")
    yield from (*more, "END:VEVENT")


def _clock(start: str) -> str:
    return start.replace(":", "") + "00"
