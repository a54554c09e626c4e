"""Signing in to a server and choosing a calendar there, once; and what ``check`` says of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from blocker.calendars.caldav import urls
from blocker.calendars.caldav.calendar import CalDavCalendar
from blocker.calendars.caldav.guards import find_guards, guards_in_words
from blocker.calendars.caldav.server import Found, Server
from blocker.calendars.caldav.sign_in import SignIn, file_of, keep, others_at, sign_in_for
from blocker.calendars.port import Connected, Finding, Surroundings, Talk
from blocker.values.errors import Refused, Unreadable, UsageError
from blocker.values.intervals import Interval

ALONE = "blocker --calendar caldav:URL connect caldav --user NAME --password-command COMMAND"


def connect(
    address: str, asked: Mapping[str, Any], around: Surroundings, now: datetime, talk: Talk
) -> Connected:
    """Sign in, keep the sign-in, and look at the calendar chosen. Raises UsageError and what a read raises."""
    url = _server(address, talk)
    sign_in = _sign_in(url, asked, around, talk)
    with closing(Server(url, around, sign_in=sign_in)) as server:
        found = server.calendars(url)
        chosen = _chosen(found, urls.without_user(url), talk)
        lines = []
        if sign_in is not None:
            elsewhere = {urls.origin(one.url) for one in found} - {sign_in.server}
            path = keep(replace(sign_in, hosts=tuple(sorted(elsewhere))), around)
            lines.append(
                f"Signed in to {urls.host_of(url)} as {sign_in.user}. It is kept in {path}, for you alone."
            )
        calendar = CalDavCalendar(
            _named(chosen.url, sign_in, around),
            around=around,
            zone=around.settings.timezone,
            me=around.settings.me,
            server=server,
        )
        seen = calendar.read(Interval(now.astimezone(UTC), now.astimezone(UTC) + timedelta(days=1)))
        lines.append(
            f"“{chosen.name}” answers: {calendar.address}"
            + (f", its zone is {seen.zone}" if seen.zone else "")
        )
        lines.append(_changes(calendar, chosen.can_be_written, now)[2].capitalize() + ".")
    return Connected(lines, {"sign_in": str(file_of(around)), "name": chosen.name}, calendar.address)


def _server(address: str, talk: Talk) -> str:
    given = address.partition(":")[2]
    if not given and talk.prompt is not None:
        talk.say(
            "Your server's address for CalDAV, such as https://caldav.icloud.com, https://caldav.fastmail.com or"
        )
        talk.say("https://cloud.example.org/remote.php/dav; the address of one calendar does as well.")
        given = talk.prompt("Address")
    if not given:
        raise UsageError("no server is named", ALONE)
    try:
        return urls.settled(given)
    except ValueError as problem:
        raise UsageError(str(problem), "such as https://cloud.example.org/remote.php/dav") from None


def _sign_in(url: str, asked: Mapping[str, Any], around: Surroundings, talk: Talk) -> SignIn | None:
    """Whom the server is to know, and by which password. None where it wants neither."""
    user, command = asked["user"] or urls.user_in(url), asked["password_command"] or ""
    server = urls.origin(url)
    if command:
        if not user:
            raise UsageError("--password-command needs the user whose password it prints", "add --user NAME")
        return SignIn(server, user, command=command)
    if talk.prompt is None:
        return sign_in_for(url, around)
    user = user or talk.prompt(f"User name at {urls.host_of(url)} (empty if it asks for none)")
    if not user:
        return sign_in_for(url, around)
    password = talk.prompt(
        f"Password of {user} (an app password, if your sign-in has two steps)", hidden=True
    )
    if not password:
        raise UsageError(
            "no password was given", "run it again; or have a command print it: --password-command COMMAND"
        )
    return SignIn(server, user, password)


def _chosen(found: Sequence[Found], url: str, talk: Talk) -> Found:
    """The calendar that was named, the only one to write to, or the one that the person picks."""
    fitting = [one for one in found if one.holds_events]
    if not fitting:
        raise Unreadable(
            f"{urls.host_of(url)} has no calendar for events there, only for tasks",
            "make one in your calendar program",
        )
    to_write = [one for one in fitting if one.can_be_written]
    named = next((one for one in fitting if one.url == url), None)
    if named is not None or len(to_write) == 1:
        return named or to_write[0]
    if talk.prompt is None:
        offered = "; ".join(f"caldav:{one.url} ({one.name})" for one in to_write or fitting)
        raise UsageError(f"there are {len(fitting)} calendars at {url}", f"name one: {offered}")
    for number, one in enumerate(fitting, 1):
        talk.say(f"{number:>3}  {one.name}" + ("" if one.can_be_written else " (to read only)"))
    answer = talk.prompt("Which one are the blocks to be on? Its number")
    if not (answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(fitting)):
        raise UsageError(f"“{answer[:20]}” is not a number from 1 to {len(fitting)}", "run it again")
    return fitting[int(answer) - 1]


def _named(url: str, sign_in: SignIn | None, around: Surroundings) -> str:
    """The calendar's address; with the user, where another one is signed in at the same server."""
    if sign_in is None or not others_at(url, sign_in.user, around):
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{quote(sign_in.user, safe='')}@{rest}"


# What ``check`` has to say


def findings(around: Surroundings, now: datetime) -> list[Finding]:
    """The sign-in of each server, and how writes are guarded. Raises what a read of the calendar raises."""
    settings, found = around.settings, list[Finding]()
    for address in (settings.calendar, *settings.also_read):
        if not address.startswith("caldav:"):
            continue
        url = address.partition(":")[2]
        sign_in = sign_in_for(url, around)
        words = f"none for {urls.host_of(url)}: it is asked without one"
        if sign_in is not None:
            how = "its command prints the password" if sign_in.command else f"kept in {file_of(around)}"
            words = f"{sign_in.user} at {urls.host_of(url)}; {how}"
        if ("sign-in", "ok", words) not in found:
            found.append(("sign-in", "ok", words))
    if settings.calendar.startswith("caldav:"):
        calendar = CalDavCalendar(
            settings.calendar.partition(":")[2], around=around, zone=settings.timezone, me=settings.me
        )
        with closing(calendar):
            found.append(_changes(calendar, calendar.look().can_be_written, now))
    return found


def _changes(calendar: CalDavCalendar, can_be_written: bool, now: datetime) -> Finding:
    """Whether the server guards writes: asked once, as it takes an event of ours to find out."""
    if not can_be_written:
        return (
            "changes",
            "bad",
            "this calendar is read-only: name it in also_read, and another for the blocks",
        )
    guards = calendar.recall().guards
    try:
        state, words = guards_in_words(find_guards(calendar, now) if guards is None else guards)
    except Refused as problem:
        return "changes", "bad", f"{problem.message}; {problem.hint}"
    return "changes", state, words
