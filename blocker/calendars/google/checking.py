"""What ``check`` says of a sign-in to Google, and of what the account can't do."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from blocker.calendars.google import consent, sign_in
from blocker.calendars.google.about import ROOT
from blocker.calendars.google.account import Line, account_now, connected, described
from blocker.calendars.google.identity import (
    PRIMARY,
    account_before,
    connect_with,
    identity_known,
    is_own,
    reached,
    token_path,
)
from blocker.calendars.google.known import hours_in, learn, learned
from blocker.calendars.google.wire import Answered, Stranger
from blocker.calendars.port import Finding, Surroundings
from blocker.values.errors import SignInNeeded

TESTING_DAYS = 7
PUBLISH = "publish the app (Google Auth Platform, Audience, “Publish app”), then run: "


def findings(around: Surroundings, now: datetime) -> list[Finding]:
    """Each sign-in in words, and the working hours read anew. Raises what a read of the calendar raises."""
    settings = around.settings
    addresses = consent.named_in(around)
    places = {
        token_path(place): place for one in addresses for place in [reached(one.partition(":")[2], around)[0]]
    }
    found: list[Finding] = []
    for path, place in places.items():
        with closing(connected(place)) as line:
            found.append(_of_sign_in(path, account_now(line, place), connect_with(place), now))
            if (
                settings.calendar in addresses
                and place == reached(settings.calendar.partition(":")[2], around)[0]
            ):
                found.append(("hours", "ok", learn_hours(line, around)))
    if settings.calendar in addresses:
        name = identity_known(settings.calendar.partition(":")[2], around).name
        full = learned(around.state_dir, name).get("full")
        found += (
            [("calendar", "note", f"when it was written last: {full}; the next run tries again")]
            if full
            else []
        )
    if settings.calendar in addresses and (settings.native_focus or settings.protect == "decline"):
        found += _of_focus_time(settings.calendar.partition(":")[2], around)
    return found


def _of_sign_in(path: Path, account: str, connect: str, now: datetime) -> Finding:
    kept = sign_in.read_sign_in(path)
    if kept is None:
        return "sign-in", "note", f"none: {ROOT} names a server that wants none"
    if kept.kind == "service account":
        whom = f" for {kept.subject}" if kept.subject else ", and for nobody else"
        return "sign-in", "ok", f"a service account that acts{whom}; its key is {kept.key_file}"
    state, words = _age(kept.at, kept.ends, f"{PUBLISH}{connect}", now)
    who = f" as {account}" if account else ""
    return "sign-in", state, f"signed in{who} {words}; kept in {path}"


def _of_focus_time(rest: str, around: Surroundings) -> list[Finding]:
    place, identifier = reached(rest, around)
    refused = learned(around.state_dir, identity_known(rest, around).name).get("no_focus_time")
    if refused:
        words = f"this account takes no native focus time ({refused}): blocks are ordinary busy events"
        return [("focus time", "note", f"{words}; {connect_with(around)} tries again")]
    if not is_own(identifier, account_before(place)):
        words = "Google has it on an account's own calendar only, so here blocks are ordinary busy events"
        return [("focus time", "note", words)]
    return []


def _age(at: str, ends: str, publish: str, now: datetime) -> tuple[str, str]:
    """How a sign-in stands, and when it will end; ``publish`` keeps it from that."""
    try:
        since, until = datetime.fromisoformat(at), datetime.fromisoformat(ends) if ends else None
        days = (now - since).days
    except (ValueError, TypeError):
        return "ok", "on a day that is not known"
    words = f"on {since:%Y-%m-%d}"
    if until is not None:
        return (
            "note",
            f"{words}; Google ends it on {until:%Y-%m-%d %H:%M}: its consent screen is in “Testing”; {publish}",
        )
    if days < TESTING_DAYS:
        end = since + timedelta(days=TESTING_DAYS)
        return "note", (
            f"{words}; if the consent screen is in “Testing”, Google ends it seven days later, on {end:%Y-%m-%d}: {publish}"
        )
    return "ok", f"{words}, and it has outlived the seven days of “Testing”"


def learn_hours(line: Line, around: Surroundings) -> str:
    """Read the working hours of the calendar that is written, keep them, and say which hours hold."""
    if around.settings.hours_set:
        return "yours, from the config"
    address = around.settings.calendar
    rest = address.partition(":")[2] if address.startswith("google:") else PRIMARY
    try:
        found = described(line, reached(rest, around)[1]).get("workingHours")
    except SignInNeeded:
        return (
            f"the defaults; this sign-in may not see Google's ({connect_with(around)} --hours asks for that)"
        )
    except (Answered, Stranger) as answer:
        return f"the defaults; Google won't show the working hours: {answer}"
    learn(around.state_dir, identity_known(rest, around).name, working_hours=found)
    hours = hours_in(found)
    if hours is None:
        return "the defaults, as this calendar has no working hours of its own"
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    spans = {
        d: " ".join(f"{a // 60:02}:{a % 60:02}–{b // 60:02}:{b % 60:02}" for a, b in s)
        for d, s in hours.items()
    }
    return ", ".join(f"{days[day]} {text}" for day, text in spans.items()) + ", from Google Calendar"
