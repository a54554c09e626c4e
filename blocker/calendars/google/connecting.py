"""Signing in, once, so that cron never has to."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from blocker.calendars.google import consent, sign_in
from blocker.calendars.google.account import (
    Line,
    account_of,
    changed_account,
    connected,
    listed,
    remember_account,
)
from blocker.calendars.google.calendar import GoogleCalendar
from blocker.calendars.google.checking import learn_hours
from blocker.calendars.google.identity import (
    account_before,
    account_of_its_own,
    connect_with,
    is_of_its_own,
    is_own,
    reached,
    settle,
    token_path,
)
from blocker.calendars.google.known import learn
from blocker.calendars.google.sign_in import SignIn
from blocker.calendars.google.wire import Answered
from blocker.calendars.port import Connected, Surroundings, Talk, first_look
from blocker.values.errors import BlockerError, SignInNeeded, UsageError, quoted

REVOKE = "https://myaccount.google.com/permissions"
_ROLES = {
    "owner": "you own it",
    "writer": "you may change it",
    "writerWithoutPrivateAccess": "you may change it",
    "reader": "only to be read",
    "freeBusyReader": "only busy times can be seen",
}


def connect(
    address: str, asked: Mapping[str, Any], around: Surroundings, now: datetime, talk: Talk
) -> Connected:
    """Sign in and keep the sign-in, then look at the calendars. Raises UsageError, SignInNeeded or Temporary."""
    config = around
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
    lines += _look_at_others(address, around, config, now)
    with closing(connected(around)) as line:
        if not is_of_its_own(around):
            lines.append(f"hours: {learn_hours(line, around)}")
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


def _look_at_others(address: str, around: Surroundings, config: Surroundings, now: datetime) -> list[str]:
    """The same for what else the config names and this sign-in reaches; and what wants a sign-in of its own."""
    lines: list[str] = []
    for other in consent.named_in(config):
        place = reached(other.partition(":")[2], config)[0]
        if other == address:
            continue
        if place == around:
            try:
                lines += _look(other, config, now)
            except BlockerError as problem:
                lines.append(f"{other}: {problem.in_full}")
        elif is_of_its_own(place) and not token_path(place).exists():
            lines.append(f"{other} wants a sign-in of its own: {connect_with(place)}")
    if is_of_its_own(around) and address not in config.settings.also_read:
        lines.append(f'Name it in the config: also_read = ["{address}"]')
    return lines
