"""Objects off a server: those of a window with our blocks, and one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from msgspec import Struct, field

from blocker.calendars.caldav import dav
from blocker.calendars.caldav.kept import Held
from blocker.calendars.caldav.server import Server, nonsense
from blocker.calendars.caldav.urls import host_of, origin
from blocker.calendars.caldav.wire import Answer
from blocker.calendars.marks import DOMAIN
from blocker.values.errors import BlockerError, CalendarError, Refused, Temporary, Unreachable, Unreadable
from blocker.values.intervals import Interval

MOST_SINGLE = 20  # objects that are asked for one by one, where a list has not given them


class _Told(Struct):
    """What a report says, by address: objects, those that it lists without their content, and those that are gone."""

    found: dict[str, Held] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)


def objects_of(
    server: Server, calendar: str, window: Interval, known: Iterable[str] | None
) -> tuple[dict[str, Held], list[str]]:
    """All objects of the window and our blocks, by address; and the addresses of those that can't be had.

    ``known`` are the addresses of our blocks; None has the calendar listed for them.
    """
    told = _report(server, calendar, dav.query(window))
    known = _listed(server, calendar) if known is None else known
    asked = [*told.empty, *(url for url in known if url not in told.found and url not in told.empty)]
    if not asked:
        return told.found, []
    more = _report(server, calendar, dav.multiget(urlsplit(url).path for url in asked))
    missing = [url for url in asked if url not in more.found and url not in more.gone]
    found, lost = told.found | more.found, missing[MOST_SINGLE:]
    for url in missing[:MOST_SINGLE]:
        try:
            held = fetch(server, url)
        except Temporary:
            raise
        except CalendarError:
            lost.append(url)
        else:
            found |= {url: held} if held is not None else {}
    return found, lost


def _report(server: Server, calendar: str, body: str) -> _Told:
    told = _Told()
    for one in server.listed("REPORT", calendar, body, Depth="1"):
        url = f"{origin(calendar)}{urlsplit(one.url).path}"  # some name the server otherwise in their lists
        text = one.text(f"{dav.C}calendar-data")
        if one.status in (404, 410):
            told.gone.add(url)
        elif text:
            told.found[url] = Held(url, one.text(f"{dav.D}getetag"), text)
        elif url != calendar:  # some list the calendar among its members
            told.empty.append(url)
    return told


def _listed(server: Server, calendar: str) -> list[str]:
    """The addresses of all blocks of ours, in the calendar's whole list."""
    members = server.listed("PROPFIND", calendar, dav.propfind("etags"), Depth="1")
    paths = (urlsplit(one.url).path for one in members)
    return [f"{origin(calendar)}{path}" for path in paths if path.endswith(f"@{DOMAIN}.ics")]


def fetch(server: Server, url: str) -> Held | None:
    """An object as it is now; None where there is none."""
    answer = server.ask("GET", url, Accept="text/calendar", Accept_Encoding="identity")
    if answer.status in (404, 410):
        return None
    if not answer.done:
        raise failure(url, answer)
    text = answer.body.decode("utf-8", "replace")
    if not text.lstrip("\ufeff\r\n ").upper().startswith("BEGIN:VCALENDAR"):
        raise nonsense(
            url, "a web page, such as a sign-in page" if "<html" in text.lower() else "no calendar"
        )
    return Held(url, answer.etag, text)


def failure(url: str, answer: Answer) -> BlockerError:
    """What a refusal means that asking again would not change."""
    host, conditions = host_of(url), dav.conditions(answer.body)
    if answer.status == 507 or "quota-not-exceeded" in conditions:
        return Temporary(f"{host} has no room left for you", "free some there; the next run goes on")
    if answer.status in (403, 405):
        return Refused(
            f"{host} does not allow changes to {url} (status {answer.status})",
            "is it shared with you to read only? blocker connect caldav lists those that you can write to",
        )
    if answer.status in (404, 410):
        return Unreadable(
            f"there is no calendar at {url} any more", "blocker connect caldav lists those of the server"
        )
    if answer.status in (400, 413, 415, 422):
        return Refused(
            f"{host} does not take a block as blocker writes it (status {answer.status})",
            "keep the blocks on another calendar, such as a file; and please report the name of the server",
        )
    return Unreachable(
        f"{host} gave an answer that makes no sense here: status {answer.status}", "try again later"
    )
