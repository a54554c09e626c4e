"""Whose account a sign-in belongs to, and so which calendar an address names.

Google is asked once for each sign-in. An account that changed under a config is refused: its blocks are on
the calendar of the account before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any

from msgspec import Struct

from blocker.calendars.google import shapes
from blocker.calendars.google.identity import (
    PRIMARY,
    SPELT,
    account_before,
    connect_with,
    identity_of,
    is_of_its_own,
    of_config,
    token_path,
    usual_token_path,
)
from blocker.calendars.google.known import learn, learned
from blocker.calendars.google.sign_in import (
    SignIn,
    api_root,
    build_service,
    http_for,
    read_sign_in,
)
from blocker.calendars.google.wire import Answered, Stranger, Wire
from blocker.calendars.port import Surroundings
from blocker.calendars.servers import Pace
from blocker.values.errors import SignInNeeded

_ENOUGH_EVENTS = 250  # to find the account's own address among
_MOST_CALENDARS = 2000


class Line(Struct, frozen=True):
    """A connection to Google, with the client that makes its requests, and the sign-in that it rests on."""

    wire: Wire
    service: Any
    fingerprint: str

    def close(self) -> None:
        self.wire.close()


def connected(around: Surroundings, pace: Pace | None = None, sign_in: SignIn | None = None) -> Line:
    """A line with ``sign_in``, or with the one that is kept. Raises SignInNeeded where there is none."""
    root = api_root(around)
    connect = connect_with(around)
    sign_in = sign_in or read_sign_in(token_path(around), connect)
    if sign_in is None and root is None:
        raise not_signed_in(around)
    http = http_for(sign_in, around)
    return Line(Wire(http, pace or Pace(), connect), build_service(root, http), _fingerprint(sign_in, root))


def not_signed_in(around: Surroundings) -> SignInNeeded:
    words, hint = "you are not signed in to Google", f"run: {connect_with(around)}"
    usual = usual_token_path(around)
    if is_of_its_own(around):
        words += f" as {around.config.stem}"
    elif around.config != around.usual and usual.exists():
        words += f" with the config {around.config}"
        hint += f"; or, for the account that {around.usual} uses: {connect_with(around)} --token {usual}"
    return SignInNeeded(words, hint)


def _fingerprint(sign_in: SignIn | None, root: str | None) -> str:
    """Tells one sign-in from another, and gives nothing of it away."""
    secret = f"{sign_in.refresh_token} {sign_in.key_file} {sign_in.subject}" if sign_in else ""
    return sha256(f"{root} {secret}".encode()).hexdigest()[:16]


# The account


def account_now(line: Line, around: Surroundings) -> str:
    """The address of the account behind a line; "" where neither Google nor its calendar says it.

    Raises SignInNeeded where this config knew another one before, and what a read raises.
    """
    known = learned(around.state_dir, of_config(around))
    if known.get("sign_in") == line.fingerprint:
        return str(known.get("account", ""))
    account = account_of(line)
    before = account_before(around)
    if before and account and account != before:
        raise changed_account(before, account, around)
    remember_account(line, account or before, around)
    return account or before


def changed_account(before: str, now: str, around: Surroundings) -> SignInNeeded:
    if is_of_its_own(around):
        return SignInNeeded(
            f"the sign-in for {before} is {now}'s", f"sign in as {before}: {connect_with(around)}"
        )
    return SignInNeeded(
        f"the sign-in is {now}'s, but {around.config} has been used with {before} until now",
        f"sign in as {before}: {connect_with(around)} (it asks you before it goes over to {now}); "
        f"or give {now} a config of its own: blocker -c FILE connect google",
    )


def remember_account(line: Line, account: str, around: Surroundings) -> None:
    """Once known, an account also takes over what was learnt of it while it was nameless."""
    with suppress(OSError):  # not remembered: it will be asked again
        learn(around.state_dir, of_config(around), sign_in=line.fingerprint, account=account)
        own = identity_of(PRIMARY, account, around)
        if own.answers_to(SPELT) and not learned(around.state_dir, own.name):
            learn(around.state_dir, own.name, **learned(around.state_dir, SPELT))


def described(line: Line, identifier: str) -> Mapping[str, Any]:
    """A calendar as Google describes it: ``id`` and ``workingHours``.

    Raises Answered, SignInNeeded if the sign-in does not allow it, and Unreachable.
    """
    request = line.service.calendars().get(calendarId=identifier, fields="id,workingHours")
    return line.wire.send(request)


def listed(line: Line) -> list[Mapping[str, Any]]:
    """The calendars in the account's list, its own first: ``id``, ``summary``, ``accessRole``, ``primary``. Raises like it."""
    fields = "nextPageToken,items(id,summary,summaryOverride,accessRole,primary)"
    request = line.service.calendarList().list(maxResults=250, fields=fields)
    found: list[Mapping[str, Any]] = []
    while request is not None and len(found) < _MOST_CALENDARS:
        page = line.wire.send(request, shapes.is_page)
        found += [one for one in page.get("items", ()) if isinstance(one, Mapping)]
        request = line.service.calendarList().list_next(request, page)
    return sorted(found, key=lambda one: (not one.get("primary"), str(one.get("summary", "")).lower()))


def account_of(line: Line) -> str:
    """The account that Google names, or that its own calendar shows; "" where neither does."""
    # The least of sign-ins may see events, and not the calendar; servers for trials may not know it at all.
    with suppress(SignInNeeded, Answered, Stranger):
        return str(described(line, PRIMARY).get("id", "")).lower()
    try:
        listed = line.wire.send(
            line.service.events().list(
                calendarId=PRIMARY,
                maxResults=_ENOUGH_EVENTS,
                fields="summary,items(organizer(email,self),creator(email,self),attendees(email,self))",
            )
        )
    except Answered:
        return ""
    items = listed.get("items")
    found = shapes.user_in(items if isinstance(items, list) else (), str(listed.get("summary", "")))
    return found[0].lower() if found else ""
