"""Compares what is read from .ics files with what icalendar and recurring-ical-events read: a script.

    python -m tests.tools.oracle_reading FILE-OR-FOLDER …

It wants an environment with ``recurring-ical-events``, which can't share one with the newest
python-dateutil; this package itself needs nothing installed to read a file. Without the judge it says
so and does nothing. It prints every difference and ends with 1 if there is one that isn't known.

Differences that are meant, and taken out before comparing: a moment without length isn't an event here;
X-WR-TIMEZONE doesn't turn a UTC series into a local one. Those of single files are in ``KNOWN``.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from blocker.calendars.ics.lexer import scan
from blocker.calendars.ics.reading import read_calendar
from blocker.values.intervals import interval

HOME = ZoneInfo("Europe/Berlin")
EDGE = timedelta(days=3)  # near the edges of a window the two count floating times differently
SWAPPED = "the judge swaps an end before the start; here the event is reported as broken"
BROKEN_RULE = (
    "the judge drops a series whose rule can't be read; here its first date counts and it is reported"
)
LOOSE_TYPES = "a date beside a time, or a zone beside a UTC time: read by the letter of RFC 5545 here"
ONE_DAY = "an all-day event that ends on its first day is that day here, nothing for the judge"
FLOATING = "the judge takes a floating series for UTC because of its exceptions"
KNOWN = {
    "end_before_start_event": SWAPPED,
    "issue_132_swapped_start_and_end": SWAPPED,
    "bad_rrule_missing_until_event": BROKEN_RULE,
    "issue_464_invalid_rdate": BROKEN_RULE,
    "rfc_7529": BROKEN_RULE,
    "issue_165_missing_event": "the judge can't read spaces in a rule",
    "google_birthday": "the judge can't read a date with a Z; here it is that date",
    "issue_201_mixed_datetime_and_date": LOOSE_TYPES,
    "issue_201_test_matrix": LOOSE_TYPES,
    "event_dt_mixed_awareness": LOOSE_TYPES,
    "Germany_Holidays": ONE_DAY,
    "calendars__example": ONE_DAY,
    "event_d_same_start_end": ONE_DAY,
    "event_with_recurrence": FLOATING,
    "event_dtr_no_tz_exdatez": "an unknown zone is local time here, UTC for the judge",
    "tz_windows_format": "the Windows name is known here; the judge takes the file's wrong definition",
    "openstack_irc_meetings": "two series under one UID and SEQUENCE: both count here",
    "issue_253_additional_recurrence_id": "a changed occurrence that its series no longer has still counts here",
    "issue_28_rrule_with_UTC": "an all-day series ends at a local midnight written in UTC; the judge takes its digits",
    "issue_75_range_parameter": "UNTIL as a date includes that day here",
}  # fmt: skip

Occurrence = tuple[str, str, str]


def windows(content: bytes) -> Iterator[tuple[datetime, datetime]]:
    """Two years from the first event on, a year and a half of the last ones, and a recent stretch."""
    years = {int(year) for year in re.findall(rb"DTSTART[^:\r\n]*:(\d{4})\d{4}", content)}
    years &= set(range(1971, 2100))
    if years:
        first, last = min(years), max(years)
        yield datetime(first, 1, 1, tzinfo=UTC), datetime(first + 2, 1, 1, tzinfo=UTC)
        yield datetime(last, 1, 1, tzinfo=UTC), datetime(last + 1, 6, 1, tzinfo=UTC)
    yield datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 15, tzinfo=UTC)


def as_text(moment: date) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return (moment if moment.tzinfo else moment.replace(tzinfo=HOME)).astimezone(UTC).isoformat()


def judged(judge: Any, content: bytes, start: datetime, end: datetime) -> set[Occurrence]:
    import icalendar

    found = set()
    for calendar in icalendar.Calendar.from_ical(content, multiple=True):
        for event in judge.of(calendar, skip_bad_series=True).between(start, end):
            found.add((str(event.get("UID", "")), as_text(event.start), as_text(event.end)))
    return {item for item in found if item[1] != item[2]}


def read(content: bytes, start: datetime, end: datetime) -> set[Occurrence]:
    snapshot = read_calendar(
        scan(content), interval(start, end), calendar="ics:", zone="Europe/Berlin", me=("nobody@example.org",)
    )
    return {
        (
            "" if e.uid.startswith("no-uid-") else e.uid,
            *(as_text(t) for t in e.dates or (e.when.start, e.when.end)),
        )
        for e in snapshot.events
    }


def prepared(content: bytes) -> bytes:
    """Without X-WR-TIMEZONE, and a lone component made a calendar."""
    content = re.sub(rb"X-WR-TIMEZONE:[^\r\n]*\r?\n", b"", content)
    if b"BEGIN:VCALENDAR" not in content.upper():
        content = b"BEGIN:VCALENDAR\r\n" + content.rstrip() + b"\r\nEND:VCALENDAR\r\n"
    return content


def compare(judge: Any, path: Path, counts: Counter[str]) -> Iterator[str]:
    content = prepared(path.read_bytes())
    for start, end in windows(content):
        mine = read(content, start - EDGE, end + EDGE)
        try:
            theirs = judged(judge, content, start - EDGE, end + EDGE)
        except Exception as problem:  # noqa: BLE001 - it fails on many of these files, in many ways
            counts["files the judge can't read"] += 1
            yield f"  the judge fails: {type(problem).__name__}: {str(problem)[:80]!r}"
            return
        inside = (as_text(start), as_text(end))
        counts["windows compared"] += 1
        counts["occurrences"] += len(mine)
        for sign, items in (("only here", mine - theirs), ("only there", theirs - mine)):
            for item in sorted(items):
                if inside[0] <= item[1] < inside[1]:
                    yield f"! {sign}: {' '.join(item)}"


def main(arguments: list[str]) -> int:
    try:
        import recurring_ical_events as judge
    except ImportError:
        sys.stdout.write("recurring-ical-events isn't installed here: nothing is compared\n")
        return 0
    paths = [p for a in map(Path, arguments) for p in (sorted(a.rglob("*.ics")) if a.is_dir() else [a])]
    counts: Counter[str] = Counter()
    for path in paths:
        lines = list(compare(judge, path, counts))
        differences = [line for line in lines if line.startswith("!")]
        known = next((why for name, why in KNOWN.items() if name in path.stem), "")
        if differences:
            counts["files that differ as meant" if known else "files that differ"] += 1
            sys.stdout.write(
                f"{path}: {known or 'NOT KNOWN'}\n" + "".join(f"  {line}\n" for line in differences[:6])
            )
    sys.stdout.write("".join(f"{count:7} {what}\n" for what, count in sorted(counts.items())))
    return 1 if counts["files that differ"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
