"""Signing in, once, so that cron never has to; and what ``check`` says of a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from blocker.calendars.google import consent, sign_in
from blocker.calendars.google.about import ROOT
from blocker.calendars.google.account import (
    Line,
    account_now,
    account_of,
    changed_account,
    connected,
    described,
    listed,
    remember_account,
)
from blocker.calendars.google.calendar import GoogleCalendar
from blocker.calendars.google.identity import (
    PRIMARY,
    account_before,
    account_of_its_own,
    connect_with,
    identity_known,
    is_of_its_own,
    is_own,
    reached,
    settle,
    token_path,
)
from blocker.calendars.google.known import hours_in, learn, learned
from blocker.calendars.google.sign_in import SignIn
from blocker.calendars.google.wire import Answered
from blocker.calendars.port import Connected, Finding, Surroundings, Talk, first_look
from blocker.values.errors import SignInNeeded, UsageError, quoted

REVOKE = "https://myaccount.google.com/permissions"
TESTING_DAYS = 7
_ROLES = {
    "owner": "you own it",
    "writer": "you may change it",
    "writerWithoutPrivateAccess": "you may change it",
    "reader": "only to be read",
    "freeBusyReader": "only busy times can be seen",
}
PUBLISH = "publish the app (Google Auth Platform, Audience, “Publish app”), then run: blocker connect google"


def connect(
    address: str, asked: Mapping[str, Any], around: Surroundings, now: datetime, talk: Talk
) -> Connected:
    """Sign in and keep the sign-in, then look at the calendar. Raises UsageError, SignInNeeded or Temporary."""
    if asked["account"]:
        account = _named_account(asked["account"])
        around, address = account_of_its_own(account, around), f"google:{account}"
    wanted = consent.scopes_for(around, asked)
    made = _sign_in(wanted, asked, around, now, talk)
    missing = consent.check_granted(made, wanted)
    _settle_account(made, around, talk)
    path = token_path(around, to_write=True)
    sign_in.keep_sign_in(path, made)
    lines = ["Signed in to Google. The sign-in may:"]
    lines += [f"  {sign_in.in_words(scope)}" for scope in made.scopes]
    lines += [f"  not {sign_in.WORDS[one.scope]}: you left that out, and it is not needed" for one in missing]
    lines += [f"It is kept in {path}, for you alone. Take it back at any time: {REVOKE}"]
    lines += _look(address, around, now)
    with closing(connected(around)) as line:
        if not is_of_its_own(around):
            lines.append(f"hours: {_learn_hours(line, around)}")
        lines += _calendars(line, around) if sign_in.LIST in made.scopes else []
    return Connected(lines, {"token": str(path)})


def _named_account(text: str) -> str:
    try:
        return settle(f"{text}/-", Path()).rpartition("/")[0].lower()
    except ValueError:
        raise UsageError(
            f"{quoted(text)} is not an account", "--account takes its address: you@example.com"
        ) from None


def _calendars(line: Line, around: Surroundings) -> list[str]:
    """The calendars that the account has, as they can be named in a config."""
    try:
        found = listed(line)
    except (SignInNeeded, Answered) as problem:
        return [f"Your calendars can't be listed: {problem}"]
    account = account_before(around)
    within = f"{account}/" if is_of_its_own(around) else ""
    lines = [
        "Your calendars. One you may change can be `calendar`, each of the others can be in `also_read`:"
    ]
    for one in found:
        identifier, role = str(one.get("id", "")), str(one.get("accessRole", ""))
        name = str(one.get("summaryOverride") or one.get("summary", ""))
        yours = "your own" if one.get("primary") or is_own(identifier, account) else _ROLES.get(role, role)
        lines.append(f'  "google:{within}{identifier}"  {name} ({yours})')
    return lines


def _sign_in(
    wanted: tuple[consent.Asked, ...],
    asked: Mapping[str, Any],
    around: Surroundings,
    now: datetime,
    talk: Talk,
) -> SignIn:
    """A new one, proven: brought along, a service account's, or by consent in a browser."""
    if asked["subject"] and not asked["service_account"]:
        raise UsageError("--subject says for whom a service account acts", "add --service-account FILE")
    scopes = tuple(one.scope for one in wanted)
    if asked["token"]:
        made = sign_in.brought_sign_in(asked["token"])
    elif asked["service_account"]:
        made = sign_in.service_sign_in(asked["service_account"], asked["subject"] or "", scopes, now)
    else:
        client = consent.read_client(asked["credentials"] or _client_file(around))
        talk.say("blocker asks Google for permission to:")
        for one in wanted:
            talk.say(f"  {sign_in.WORDS[one.scope]}: {one.why}")
        return consent.ask_consent(client, wanted, around, headless=asked["headless"], now=now, talk=talk)
    sign_in.prove(made, around)
    return made


def _client_file(around: Surroundings) -> Path:
    """``credentials.json`` beside the config, else beside the usual one, else in this folder."""
    beside = [config.with_name("credentials.json") for config in (around.config, around.usual)]
    return next((path for path in (*beside, Path("credentials.json")) if path.exists()), beside[0])


def _settle_account(made: SignIn, around: Surroundings, talk: Talk) -> None:
    """Have a person say yes before a config goes over to another account. Raises SignInNeeded."""
    before = account_before(around)
    if not before:
        return
    with closing(connected(around, sign_in=made)) as line:
        now = account_of(line)
    if now in ("", before):
        return
    lines = [
        f"{around.config} has been used with {before} until now, and this sign-in is {now}'s.",
        f"The blocks on {before}'s calendar would stay there, and nothing would keep them up to date.",
    ]
    if is_of_its_own(around) or talk.ask is None or not talk.ask(lines, f"Use {now} from now on?"):
        raise changed_account(before, now, around)
    remember_account(line, now, around)


def _look(address: str, around: Surroundings, now: datetime) -> list[str]:
    """What the calendar says when it is asked for the first time."""
    settings = around.settings
    calendar = GoogleCalendar(
        address.partition(":")[2], around=around, zone=settings.timezone, me=settings.me
    )
    name = calendar.identity().name
    learn(around.state_dir, name, no_focus_time=None)  # its plan may be another now: find out again
    snapshot = first_look(calendar, now)
    who = f", and you are {', '.join(snapshot.me)}" if snapshot.me else ""
    return [f"{address} answers: its zone is {snapshot.zone}{who}"]


# What ``check`` has to say


def findings(around: Surroundings, now: datetime) -> list[Finding]:
    """Each sign-in in words, and the working hours read anew. Raises what a read of the calendar raises."""
    settings = around.settings
    addresses = [one for one in (settings.calendar, *settings.also_read) if one.startswith("google:")]
    places = {
        token_path(place): place for one in addresses for place in [reached(one.partition(":")[2], around)[0]]
    }
    found: list[Finding] = []
    for path, place in places.items():
        with closing(connected(place)) as line:
            found.append(_of_sign_in(path, account_now(line, place), now))
            if (
                settings.calendar in addresses
                and place == reached(settings.calendar.partition(":")[2], around)[0]
            ):
                found.append(("hours", "ok", _learn_hours(line, around)))
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


def _of_sign_in(path: Path, account: str, now: datetime) -> Finding:
    kept = sign_in.read_sign_in(path)
    if kept is None:
        return "sign-in", "note", f"none: {ROOT} names a server that wants none"
    if kept.kind == "service account":
        whom = f" for {kept.subject}" if kept.subject else ", and for nobody else"
        return "sign-in", "ok", f"a service account that acts{whom}; its key is {kept.key_file}"
    state, words = _age(kept.at, kept.ends, now)
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


def _age(at: str, ends: str, now: datetime) -> tuple[str, str]:
    """How a sign-in stands, and when it will end."""
    try:
        since, until = datetime.fromisoformat(at), datetime.fromisoformat(ends) if ends else None
        days = (now - since).days
    except (ValueError, TypeError):
        return "ok", "on a day that is not known"
    words = f"on {since:%Y-%m-%d}"
    if until is not None:
        return (
            "note",
            f"{words}; Google ends it on {until:%Y-%m-%d %H:%M}: its consent screen is in “Testing”; {PUBLISH}",
        )
    if days < TESTING_DAYS:
        end = since + timedelta(days=TESTING_DAYS)
        return "note", (
            f"{words}; if the consent screen is in “Testing”, Google ends it seven days later, on {end:%Y-%m-%d}: {PUBLISH}"
        )
    return "ok", f"{words}, and it has outlived the seven days of “Testing”"


def _learn_hours(line: Line, around: Surroundings) -> str:
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
    except Answered as answer:
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
