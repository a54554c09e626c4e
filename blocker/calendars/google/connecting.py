"""Signing in, once, so that cron never has to; and what ``check`` says of a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from blocker.calendars.google import consent
from blocker.calendars.google import sign_in as auth
from blocker.calendars.google.about import ROOT
from blocker.calendars.google.account import (
    Line,
    account_now,
    account_of,
    changed_account,
    connected,
    primary,
    remember_account,
)
from blocker.calendars.google.calendar import GoogleCalendar
from blocker.calendars.google.identity import PRIMARY, account_before, identity_known, token_path
from blocker.calendars.google.known import hours_in, learn, learned
from blocker.calendars.google.sign_in import SignIn
from blocker.calendars.google.wire import Answered
from blocker.calendars.port import Connected, Finding, Surroundings, Talk, first_look
from blocker.values.errors import SignInNeeded, UsageError
from blocker.values.redaction import redacted

REVOKE = "https://myaccount.google.com/permissions"
TESTING_DAYS = 7
PUBLISH = "publish the app (Google Auth Platform, Audience, “Publish app”), then run: blocker connect google"


def connect(
    address: str, asked: Mapping[str, Any], around: Surroundings, now: datetime, talk: Talk
) -> Connected:
    """Sign in and keep the sign-in, then look at the calendar. Raises UsageError, SignInNeeded or Temporary."""
    wanted = consent.scopes_for(around.settings)
    sign_in = _sign_in(wanted, asked, around, now, talk)
    missing = consent.check_granted(sign_in, wanted)
    _settle_account(sign_in, around, talk)
    path = token_path(around, to_write=True)
    auth.keep_sign_in(path, sign_in)
    lines = ["Signed in to Google. The sign-in may:"]
    lines += [f"  {auth.WORDS.get(scope) or redacted(scope)[:120]}" for scope in sign_in.scopes]
    lines += [f"  not {auth.WORDS[one.scope]}: you left that out, and it is not needed" for one in missing]
    lines += [f"It is kept in {path}, for you alone. Take it back at any time: {REVOKE}"]
    lines += _look(address, around, now)
    with closing(connected(around)) as line:
        lines.append(f"hours: {_learn_hours(line, around)}")
    return Connected(lines, {"token": str(path)})


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
        sign_in = consent.brought_sign_in(asked["token"])
    elif asked["service_account"]:
        sign_in = consent.service_sign_in(asked["service_account"], asked["subject"] or "", scopes, now)
    else:
        client = consent.read_client(asked["credentials"] or _client_file(around))
        talk.say("blocker asks Google for permission to:")
        for one in wanted:
            talk.say(f"  {auth.WORDS[one.scope]}: {one.why}")
        return consent.ask_consent(client, scopes, headless=asked["headless"], now=now, say=talk.say)
    auth.prove(sign_in)
    return sign_in


def _client_file(around: Surroundings) -> Path:
    """``credentials.json`` beside the config, else beside the usual one, else in this folder."""
    beside = [config.with_name("credentials.json") for config in (around.config, around.usual)]
    return next((path for path in (*beside, Path("credentials.json")) if path.exists()), beside[0])


def _settle_account(sign_in: SignIn, around: Surroundings, talk: Talk) -> None:
    """Have a person say yes before a config goes over to another account. Raises SignInNeeded."""
    before = account_before(around)
    if not before:
        return
    with closing(connected(around, sign_in=sign_in)) as line:
        now = account_of(line)
    if now in ("", before):
        return
    lines = [
        f"{around.config} has been used with {before} until now, and this sign-in is {now}'s.",
        f"The blocks on {before}'s calendar would stay there, and nothing would keep them up to date.",
    ]
    if talk.ask is None or not talk.ask(lines, f"Use {now} from now on?"):
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
    """The sign-in in words, and the working hours read anew. Raises what a read of the calendar raises."""
    settings = around.settings
    path = token_path(around)
    sign_in = auth.read_sign_in(path)
    with closing(connected(around)) as line:
        account = account_now(line, around)
        hours = _learn_hours(line, around)
    found: list[Finding]
    if sign_in is None:
        found = [("sign-in", "note", f"none: {ROOT} names a server that wants none")]
    elif sign_in.kind == "service account":
        whom = f" for {sign_in.subject}" if sign_in.subject else ", and for nobody else"
        found = [("sign-in", "ok", f"a service account that acts{whom}; its key is {sign_in.key_file}")]
    else:
        state, words = _age(sign_in.at, sign_in.ends, now)
        who = f" as {account}" if account else ""
        found = [("sign-in", state, f"signed in{who} {words}; kept in {path}")]
    found.append(("hours", "ok", hours))
    name = identity_known(settings.calendar.partition(":")[2], around).name
    refused = learned(around.state_dir, name).get("no_focus_time")
    if refused and (settings.native_focus or settings.protect == "decline"):
        words = f"this account takes no native focus time ({refused}): blocks are ordinary busy events"
        found.append(("focus time", "note", f"{words}; blocker connect google tries again"))
    return found


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
    """Read the account's working hours, keep them, and say which hours hold."""
    if around.settings.hours_set:
        return "yours, from the config"
    try:
        found = primary(line).get("workingHours")
    except SignInNeeded:
        return "the defaults; this sign-in may not see Google's (blocker connect google asks for that)"
    except Answered as answer:
        return f"the defaults; Google won't show the working hours: {answer}"
    learn(around.state_dir, identity_known(PRIMARY, around).name, working_hours=found)
    hours = hours_in(found)
    if hours is None:
        return "the defaults, as this account has no working hours"
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    spans = {
        d: " ".join(f"{a // 60:02}:{a % 60:02}–{b // 60:02}:{b % 60:02}" for a, b in s)
        for d, s in hours.items()
    }
    return ", ".join(f"{days[day]} {text}" for day, text in spans.items()) + ", from Google Calendar"
