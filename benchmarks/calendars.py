"""What each CalDAV server keeps of our promises: a table, as Markdown.

    python -m benchmarks.calendars [--write docs/calendars.md]

Radicale, Xandikos and, where the system has it, Cyrus are started here and asked; the other servers are as their
documents, and the profiles that other clients keep of them, say. ``--write`` puts the table into a file, after its line ``<!-- table -->``.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.tables import Table
from blocker.calendars.caldav.about import ABOUT
from blocker.calendars.caldav.calendar import CalDavCalendar
from blocker.calendars.caldav.guards import find_guards
from blocker.calendars.caldav.sign_in import SignIn, keep
from blocker.calendars.port import VERBATIM, Surroundings
from blocker.commands.sample import sample_calendar
from blocker.values.errors import AlreadyExists, CalendarError
from blocker.values.intervals import Interval
from tests.tools.caldav_proxy import proxy_to
from tests.tools.caldav_servers import KINDS, Person, is_installed, running, version_of
from tests.tools.contract import block

MARK = "<!-- table -->"
NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
WINDOW = Interval(NOW - timedelta(weeks=14), NOW + timedelta(weeks=26))
HEAD = (
    *("server", "a new block overwrites nothing", "no update is lost", "removal is guarded"),
    *(
        "one event per identity",
        "a removed block can return",
        "undo to the byte",
        "free until near",
        "private",
    ),
    *("requests of an idle day", "how known"),
)
YES, NO, UNSAID = "yes", "no", "not said"
MEASURED = (*KINDS, "cyrus")
BY_DOCUMENTS = (
    ("Nextcloud", YES, UNSAID, UNSAID, YES, "yes, in newer versions (trash bin)"),
    ("iCloud", YES, UNSAID, UNSAID, UNSAID, UNSAID),
    ("Fastmail", YES, UNSAID, UNSAID, "yes, over all calendars", UNSAID),
    ("Cyrus", YES, UNSAID, UNSAID, "yes, over all calendars", UNSAID),
    ("Baïkal, Davis", YES, UNSAID, UNSAID, NO, UNSAID),
    ("DAViCal, Synology", YES, UNSAID, UNSAID, NO, UNSAID),
    ("GMX", YES, "yes, by the etag of a read", "yes, by the etag of a read", UNSAID, UNSAID),
    ("SOGo", "no: read before and after", UNSAID, UNSAID, UNSAID, UNSAID),
    ("Zimbra", "no: read before and after", UNSAID, UNSAID, UNSAID, UNSAID),
)


def main() -> int:
    parser = argparse.ArgumentParser(description="What each CalDAV server keeps of our promises.")
    parser.add_argument("--write", type=Path, metavar="FILE", help=f"put the table into it, after {MARK}")
    options = parser.parse_args()
    undo = YES if VERBATIM in ABOUT.capabilities else NO
    rows = [_measured(kind) for kind in MEASURED if is_installed(kind)]
    asked = {row[0] for row in rows}
    rows += [
        (*known, undo, UNSAID, UNSAID, UNSAID, "from documents")
        for known in BY_DOCUMENTS
        if known[0] not in asked
    ]
    lines = Table("What each server keeps", HEAD, rows).lines()
    sys.stdout.write("\n".join(lines) + "\n")
    if options.write:
        before, _, _ = options.write.read_text(encoding="utf-8").partition(MARK)
        options.write.write_text("\n".join((before + MARK, "", *lines, "")), encoding="utf-8")
    return 0


def _measured(kind: str) -> tuple[str, ...]:
    """The row of a server that is started for it."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "server").mkdir()
        with running(kind, place / "server") as server, proxy_to(server.root) as proxy:
            around = Surroundings(place / "state", place / "config.toml", place / "config.toml")
            if server.user:
                keep(SignIn(proxy.root, server.user, server.password), around)
            path = server.make_calendar()

            def opened() -> CalDavCalendar:
                return CalDavCalendar(f"{proxy.root}{path}", around=around, zone="Europe/Berlin", me=())

            calendar = opened()
            guards = find_guards(calendar, NOW)
            person = Person(server, path)
            one_each = _one_each(person, calendar)
            returns, soft, private = _kept(calendar, person)
            person.load(sample_calendar(date(2026, 11, 2)))
            calendar.read(WINDOW)
            idle = proxy.methods(lambda: opened().read(WINDOW))
            calendar.close()
    said = [YES if guarded in guards else NO for guarded in ("create", "update", "delete")]
    undo = YES if VERBATIM in calendar.capabilities else NO
    known = f"measured, {kind.capitalize()} {version_of(kind)}"
    return (kind.capitalize(), *said, one_each, returns, undo, soft, private, str(len(idle)), known)


def _one_each(person: Person, calendar: CalDavCalendar) -> str:
    """Whether an identity that another object has is refused, there or on any calendar of the person's."""
    ref = calendar.create(block())
    text = person.text(ref.id)
    calendar.delete(ref)
    said = NO
    for path, words in (
        (person.path, YES),
        (person.server.make_calendar("Another"), "yes, over all calendars"),
    ):
        person.put(f"{path}elsewhere.ics", text)
        try:
            calendar.delete(calendar.create(block()))
        except AlreadyExists:
            said = words
        person.remove_at(f"{path}elsewhere.ics")
    return said


def _kept(calendar: CalDavCalendar, person: Person) -> tuple[str, str, str]:
    """Whether a removed block can be made again, and whether it can be free and private."""
    calendar.delete(calendar.create(block()))
    try:
        ref = calendar.create(block(busy=False, visibility="private"))
    except CalendarError:
        return NO, UNSAID, UNSAID
    text = person.text(ref.id)
    soft, private = (
        YES if re.search(line, text) else NO for line in (r"TRANSP:TRANSPARENT", r"CLASS:PRIVATE")
    )
    calendar.delete(ref)
    return YES, soft, private


if __name__ == "__main__":
    sys.exit(main())
