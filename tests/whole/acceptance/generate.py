"""Makes the calendars of this folder, and as many tight weeks as a seed is given for.

``python -m tests.whole.acceptance.generate`` writes ``calendars/*.ics`` anew.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent / "calendars"
ME = "lead@example.org"
HEAD = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//acceptance//made by hand//EN", "CALSCALE:GREGORIAN"]


class Page:
    """A calendar being written, line by line."""

    def __init__(self, zone: str, me: str = ME) -> None:
        self.zone, self.count = zone, 0
        self.lines = [*HEAD, f"X-WR-CALNAME:{me}", f"X-WR-TIMEZONE:{zone}"]

    def event(self, title: str, start: str, end: str, *more: str, zone: str | None = None) -> None:
        """One event; ``20241007T0900`` is a time on the wall clock, ``20241007`` a whole day."""
        self.count += 1
        kind = f";TZID={zone or self.zone}" if "T" in start else ";VALUE=DATE"
        if zone == "floating":
            kind = ""
        tail = "00" if "T" in start else ""
        self.lines += [
            "BEGIN:VEVENT", f"UID:made-{self.count}@example.org", "DTSTAMP:20240101T000000Z",
            f"SUMMARY:{title}", f"DTSTART{kind}:{start}{tail}", f"DTEND{kind}:{end}{tail}",
            *more, "END:VEVENT",
        ]  # fmt: skip

    def text(self, newline: str = "\r\n") -> bytes:
        """The file."""
        return newline.join([*self.lines, "END:VCALENDAR", ""]).encode()


def mine(*guests: str) -> tuple[str, ...]:
    """A meeting that the user organises."""
    return meeting(ME, *guests)


def meeting(organizer: str, *guests: str) -> tuple[str, ...]:
    """A meeting with its organiser and the people asked."""
    people = dict.fromkeys([organizer, ME, *guests])
    return (
        f"ORGANIZER:mailto:{organizer}",
        *(f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{who}" for who in people),
    )


def stamp(day: date, minute: int) -> str:
    """A moment on the wall clock, from minutes since midnight."""
    at = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001  # wall clock
    return f"{at:%Y%m%dT%H%M}"


def tight() -> Page:
    """Berlin: one week without a free hour, one with a single hour, one with 70 minutes a day, one half full."""
    page = Page("Europe/Berlin")
    boss, peer = "boss@example.org", "peer@example.org"
    first = date(2024, 11, 4)
    for day in (first + timedelta(days=n) for n in range(5)):
        page.event("Status", stamp(day, 540), stamp(day, 660), *meeting(boss))
        page.event("Review", stamp(day, 690), stamp(day, 870), *meeting(peer))
        page.event("Catch-up", stamp(day, 900), stamp(day, 945), *mine(peer))
        page.event("Planning", stamp(day, 990), stamp(day, 1060), *meeting(boss, peer))
    second = first + timedelta(days=7)
    for day in (second + timedelta(days=n) for n in range(5)):
        page.event(
            "Workshop", stamp(day, 540), stamp(day, 960 if day.weekday() == 2 else 1050), *meeting(boss)
        )
    third = first + timedelta(days=14)
    for day in (third + timedelta(days=n) for n in range(5)):
        page.event("Programme board", stamp(day, 610), stamp(day, 1050), *meeting(peer))
    fourth = first + timedelta(days=21)
    for day in (fourth + timedelta(days=n) for n in range(5)):
        page.event("Interviews", stamp(day, 540), stamp(day, 720), *mine(peer))
    for weeks in range(1, 6):
        for day in (first - timedelta(weeks=weeks) + timedelta(days=n) for n in range(5)):
            page.event("Operations", stamp(day, 540), stamp(day, 720), *meeting(boss))
            page.event("Requests", stamp(day, 840), stamp(day, 960), *mine(peer))
    return page


def lord_howe() -> Page:
    """Lord Howe Island, whose clocks change by half an hour, with meetings kept by other clocks."""
    page = Page("Australia/Lord_Howe")
    page.event("Island council", "20240701T0900", "20240701T1030", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR")
    page.event(
        "Mainland call", "20240702T1400", "20240702T1500", "RRULE:FREQ=WEEKLY", zone="Australia/Sydney"
    )
    page.event("Overseas call", "20240701T2015", "20240701T2115", "RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH",
               zone="America/New_York")  # fmt: skip
    page.event("Operations", "20240704T1300", "20240704T1700", "RRULE:FREQ=WEEKLY;BYDAY=TU,TH")
    return page


def year_end() -> Page:
    """Kolkata around the turn of the year: busy to the last day, leave between, a week 1 that starts in December."""
    page = Page("Asia/Kolkata")
    page.event("Daily operations", "20240902T1000", "20240902T1200", "RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR")
    page.event("Client call", "20240903T1530", "20240903T1630", "RRULE:FREQ=WEEKLY;BYDAY=TU,TH",
               *meeting("client@example.com"), zone="Europe/London")  # fmt: skip
    page.event("Annual leave", "20241226", "20241228", "TRANSP:OPAQUE")
    page.event("Budget day", "20241230T0900", "20241230T1730", *meeting("boss@example.org"))
    page.event("Stocktaking", "20241231", "20250101")
    return page


def new_york() -> Page:
    """New York over both changes of the clock, while Europe changes on other days."""
    page = Page("America/New_York")
    page.event("Europe sync", "20240701T1500", "20240701T1630", "RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
               *meeting("team@example.de"), zone="Europe/Berlin")  # fmt: skip
    page.event("Staff", "20240701T1100", "20240701T1200", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE", *mine())
    page.event("Operations", "20240702T1300", "20240702T1500", "RRULE:FREQ=DAILY;BYDAY=TU,WE,TH,FR")
    page.event(
        "After hours", "20240703T1830", "20240703T2000", "RRULE:FREQ=WEEKLY", *meeting("x@example.com")
    )
    return page


def mixture() -> Page:
    """Berlin, all the kinds: away, notes, declined, cancelled, free, private, own time, own offsite, floating."""
    page = Page("Europe/Berlin")
    page.event("Operations", "20240701T0900", "20240701T1100", "RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR")
    page.event("Vacation", "20240916", "20240921")
    page.event("Team birthday week", "20240909", "20240914")
    page.event("Bridge day", "20241004", "20241005", "TRANSP:OPAQUE")
    page.event("Travel to the plant", "20240924T1200", "20240924T1730")
    page.event("PTO", "20240926T1500", "20240926T1730")
    page.event("Canceled: Steering", "20240910T1300", "20240910T1700", *meeting("boss@example.org"))
    page.event("Gone", "20240911T1300", "20240911T1700", "STATUS:CANCELLED")
    page.event("Free", "20240912T1300", "20240912T1700", "TRANSP:TRANSPARENT")
    page.event("Not for me", "20240913T1300", "20240913T1700", "ORGANIZER:mailto:boss@example.org",
               f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ME}", "ATTENDEE:mailto:boss@example.org")  # fmt: skip
    page.event("Secret merger", "20240925T1330", "20240925T1500", "CLASS:PRIVATE")
    page.event("Thinking time", "20240911T1100", "20240911T1230")
    page.event("Thinking time", "20240927T1330", "20240927T1430", "RRULE:FREQ=WEEKLY;COUNT=3")
    page.event("Lunch with Kim", "20240923T1200", "20240923T1300")
    page.event("Gemba walk", "20240925T1500", "20240925T1630")
    page.event("Dentist", "20240930T1545", "20240930T1700", zone="floating")
    page.event("Strategy offsite", "20241112T0900", "20241112T1730")
    return page


def random_weeks(seed: int, share: float, zone: str) -> Page:
    """Thirty weeks of meetings at odd minutes that take about this share of the hours."""
    pick = random.Random(seed)
    page = Page(zone)
    first = date(2024, 8, 5)
    for number in range(150):
        day = first + timedelta(days=number // 5 * 7 + number % 5)
        at = 540 - pick.choice((0, 0, 0, 30, 60))
        while at < 1050:
            length = pick.choice((15, 25, 30, 45, 50, 60, 60, 90, 120))
            if pick.random() < share:
                who = pick.choice((ME, "boss@example.org", "peer@example.org", "client@example.com"))
                people = meeting(who, "peer@example.org") if pick.random() < 0.8 else ()
                page.event(f"Meeting {number}-{at}", stamp(day, at), stamp(day, at + length), *people)
            at += length + pick.choice((0, 0, 0, 5, 10))
    return page


def main() -> None:
    """Writes the calendars of this folder."""
    FOLDER.mkdir(exist_ok=True)
    made = {"tight_berlin": tight(), "lord_howe": lord_howe(), "year_end_kolkata": year_end(),
            "clocks_new_york": new_york(), "mixture_berlin": mixture()}  # fmt: skip
    for name, page in made.items():
        (FOLDER / f"{name}.ics").write_bytes(page.text("\n" if name == "lord_howe" else "\r\n"))


if __name__ == "__main__":
    main()
