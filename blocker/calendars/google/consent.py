"""Asking for the user's consent at Google, once, in a browser: what ``blocker connect google`` does.

The desktop-app flow (RFC 8252): a listener on this machine's loopback, PKCE (RFC 7636), and the smallest scopes that do.
"""

from __future__ import annotations

import json
import secrets
import webbrowser
from collections.abc import Mapping
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httplib2  # type: ignore[import-untyped]
from msgspec import Struct

from blocker.calendars.google import sign_in
from blocker.calendars.google.connections import bounded_http, untrusted
from blocker.calendars.google.identity import account_before, connect_with, is_own, reached
from blocker.calendars.google.loopback import Listener
from blocker.calendars.google.refusals import NONSENSE, TROUBLE, refused
from blocker.calendars.google.sign_in import SignIn
from blocker.calendars.port import Surroundings, Talk
from blocker.files.private import read_small_text
from blocker.values.errors import BlockerError, SignInNeeded, Temporary, UsageError

WAIT_SECONDS = 600
EXAMPLE = "YOUR-CLIENT-ID"  # what stands in an example of the file, in place of a client
NO_BROWSER = (
    "either run: blocker connect google --headless, and follow what it says; "
    "or sign in on a machine with a browser, bring its google-token.json here, and run: "
    "blocker connect google --token FILE"
)


class Asked(Struct, frozen=True):
    """A scope that is asked for, why, and whether the job can't be done without it."""

    scope: str
    why: str
    needed: bool = True


def named_in(around: Surroundings) -> list[str]:
    """Google's calendars that the config names, each once; the one that is written is first, if it is one."""
    named = dict.fromkeys((around.settings.calendar, *around.settings.also_read))
    return [address for address in named if address.startswith("google:")]


def scopes_for(around: Surroundings, wanted: Mapping[str, Any]) -> tuple[Asked, ...]:
    """The least that does the job with these settings: one, where nothing more is ``wanted`` (by option) or named."""
    settings = around.settings
    if wanted.get("account"):
        return (Asked(sign_in.READ_ALL, "because also_read names this account's calendars"),)
    account = account_before(around)
    of_this = {
        address: identifier
        for address in named_in(around)
        for place, identifier in [reached(address.partition(":")[2], around)]
        if place == around and not is_own(identifier, account) and identifier.lower() not in settings.me
    }
    if settings.calendar in of_this:
        written = of_this[settings.calendar]
        asked = [Asked(sign_in.WRITE_ALL, f"because blocks go on {written}, which may not be your own")]
    else:
        asked = [Asked(sign_in.OWNED, "to read your load and to place blocks")]
        if of_this:
            asked.append(Asked(sign_in.READ_ALL, f"because also_read names {', '.join(of_this.values())}"))
    if wanted.get("hours"):
        asked.append(Asked(sign_in.HOURS, "as you asked with --hours", needed=False))
    if wanted.get("calendars"):
        asked.append(Asked(sign_in.LIST, "as you asked with --calendars", needed=False))
    return tuple(asked)


def read_client(path: Path) -> dict[str, Any]:
    """A desktop app's ``credentials.json`` as Google's console gives it. Raises UsageError."""
    how = (
        "in Google's console, make an OAuth client of type “Desktop app” and download its JSON at once; docs/google.md of "
        "the project shows each step"
    )
    try:
        found = json.loads(read_small_text(path))
    except FileNotFoundError:
        raise UsageError(f"there is no {path}: Google wants to know which app is asking", how) from None
    except OSError as problem:
        raise UsageError(f"{path} can't be read: {problem.strerror}", how) from None
    except ValueError as problem:
        raise UsageError(f"{path} can't be read as JSON: {problem}", how) from None
    if not isinstance(found, dict) or not isinstance(found.get("installed"), dict):
        kind = next((k for k in ("web", "type") if isinstance(found, dict) and k in found), "something else")
        raise UsageError(
            f"{path} is not a desktop app's (it is {kind!r})",
            "in Google's console, create an OAuth client of type “Desktop app” and download its JSON",
        )
    client: dict[str, Any] = found["installed"]
    if not client.get("client_secret") and client.get("client_id"):
        raise UsageError(
            f"{path} has no client secret: Google shows it only once, when it is made",
            how,
        )
    missing = [n for n in ("client_id", "client_secret", "auth_uri", "token_uri") if not client.get(n)]
    if missing:
        raise UsageError(f"{path} lacks {', '.join(missing)}", how)
    if EXAMPLE in str(client["client_id"]):
        raise UsageError(f"{path} is the example of such a file, not your app's", how)
    for name in ("auth_uri", "token_uri"):
        sign_in.check_uri(str(client[name]), f"{path}: {name}")
    return client


def ask_consent(
    client: Mapping[str, Any],
    asked: tuple[Asked, ...],
    around: Surroundings,
    *,
    headless: bool,
    now: datetime,
    talk: Talk,
) -> SignIn:
    """Send the user to Google and wait for the answer. What comes of it is the last page that the browser shows.

    Raises SignInNeeded if the user says no, nothing, or not enough; Temporary if Google can't be reached.
    """
    state = secrets.token_urlsafe(24)
    with Listener(state) as listener:
        flow, hint = _flow(client, asked, listener.address), account_before(around)
        more = {"login_hint": hint} if hint else {}
        address, _ = flow.authorization_url(state=state, access_type="offline", prompt="consent", **more)
        if not (headless or _browser_opens(address)):
            if talk.typed is None:
                raise SignInNeeded("there is no browser on this machine", NO_BROWSER)
            headless = True
        try:
            for line in _invitation(
                address, listener.address, client, asked, headless, talk.typed is not None
            ):
                talk.say(line)
            answer = listener.wait(WAIT_SECONDS, talk.typed, talk.say)
        except KeyboardInterrupt:
            talk.say("Nothing was changed: no sign-in was kept, and the one before, if any, still holds.")
            raise
        if answer is None:
            raise SignInNeeded("nobody answered within ten minutes", f"run: {connect_with(around)}")
        try:
            if "code" not in answer:
                raise refused(
                    answer["error"],
                    answer.get("error_description", ""),
                    (client["client_secret"],),
                    connect_with(around),
                )
            token = _exchange(client, answer["code"], flow.code_verifier, listener.address, around)
            made = _sign_in(client, token, tuple(one.scope for one in asked), now, around)
            check_granted(made, asked)
        except BlockerError as problem:
            listener.close_page("You are not signed in", problem.in_full)
            raise
        listener.close_page("Signed in", "You can close this window and go back to blocker.")
    return made


def _flow(client: Mapping[str, Any], asked: tuple[Asked, ...], redirect: str) -> Any:
    """What makes the address of the consent screen, with a secret of its own for the exchange."""
    from google_auth_oauthlib.flow import Flow  # type: ignore[import-untyped]

    scopes = [one.scope for one in asked]
    return Flow.from_client_config(
        {"installed": client}, scopes, redirect_uri=redirect, autogenerate_code_verifier=True
    )


def _browser_opens(address: str) -> bool:
    try:
        return webbrowser.open(address, new=1)
    except webbrowser.Error:
        return False


def _exchange(
    client: Mapping[str, Any], code: str, verifier: str, redirect: str, around: Surroundings
) -> Mapping[str, Any]:
    """The code that the browser brought for tokens. Raises SignInNeeded or Temporary."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    http = bounded_http(around)
    http.follow_redirects = False  # the code and the secret go to Google, and to nobody it may point to
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        status, content = http.request(client["token_uri"], "POST", body=urlencode(form), headers=head)
        answer: dict[str, Any] = json.loads(content)
        word = answer.get("error")
        if word in TROUBLE or not (isinstance(word, str) or status.status == 200):
            raise ValueError("no answer of a token server")
    except (OSError, HTTPException, httplib2.HttpLib2Error, MemoryError, *NONSENSE) as problem:
        raise (
            untrusted(problem)
            or Temporary(
                "Google can't be reached, or something else answers in its place", "online? then try again"
            )
        ) from None
    finally:
        http.close()
    if "error" in answer:
        held = (code, verifier, client["client_secret"])
        raise refused(
            str(answer["error"]), str(answer.get("error_description", "")), held, connect_with(around)
        )
    return answer


def _sign_in(
    client: Mapping[str, Any],
    token: Mapping[str, Any],
    scopes: tuple[str, ...],
    now: datetime,
    around: Surroundings,
) -> SignIn:
    said = token.get("scope", scopes)
    granted = tuple(said.split() if isinstance(said, str) else said)
    refresh = token.get("refresh_token")
    if granted and not (refresh and isinstance(refresh, str)):
        raise SignInNeeded(
            "Google gave no lasting sign-in",
            f"remove blocker at https://myaccount.google.com/permissions, then run: {connect_with(around)}",
        )
    lasts = token.get("refresh_token_expires_in")
    ends = now + timedelta(seconds=lasts) if isinstance(lasts, int) and lasts > 0 else None
    return SignIn(
        "user",
        scopes=granted,
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        refresh_token=refresh or "",
        token_uri=client["token_uri"],
        at=now.isoformat(timespec="seconds"),
        ends=ends.isoformat(timespec="seconds") if ends else "",
    )


def check_granted(made: SignIn, asked: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """What was asked for and not granted. Raises SignInNeeded if the job can't be done without it."""
    missing = tuple(one for one in asked if one.scope not in made.scopes and not _covered(one, made))
    needed = [one for one in missing if one.needed]
    if needed:
        words = "; ".join(f"“{sign_in.BOXES[one.scope]}”, {one.why}" for one in needed)
        raise SignInNeeded(
            f"at Google's consent screen a box was left unticked that is needed: {words}",
            "run: blocker connect google, and tick it (“Select all”), before you press Continue",
        )
    return missing


def _covered(asked: Asked, made: SignIn) -> bool:
    full = f"{sign_in.OWNED.rpartition('/')[0]}/calendar"
    wider = {
        sign_in.OWNED: {sign_in.WRITE_ALL, full},
        sign_in.READ_ALL: {sign_in.WRITE_ALL, f"{full}.readonly", full},
    }
    return bool(wider.get(asked.scope, {f"{full}.readonly", full}) & set(made.scopes))


def _invitation(
    address: str,
    redirect: str,
    client: Mapping[str, Any],
    asked: tuple[Asked, ...],
    headless: bool,
    can_paste: bool,
) -> list[str]:
    opened = "Your browser opens Google's consent screen. If it does not, open this address:"
    lines = ["Open this address in a browser on any machine:" if headless else opened, f"  {address}"]
    if len(asked) > 1:
        lines += ["Each permission has a box there, and none is ticked: tick “Select all”. They are:"]
        lines += [f"  “{sign_in.BOXES[one.scope]}”" for one in asked]
    lines += [
        "If the page says “Access blocked”, Google tells only you. End this with Ctrl-C; then, for",
        "  org_internal: choose an account of the organisation that the app belongs to",
        f"  admin_policy_enforced: ask your administrator to allow {client['client_id']} (Request access)",
        "  access_denied: publish the app, or make the account a test user (Audience)",
    ]
    if headless or can_paste:
        lines += [f"If the browser ends on a page that it can't open, its address begins with {redirect}?"]
    if can_paste:
        lines += ["  Copy that whole address, paste it here and press Enter."]
    elif headless:
        lines += ["  Copy that whole address and run here, in a second terminal: curl 'THE-ADDRESS'"]
    return [*lines, f"Waiting for {WAIT_SECONDS // 60} minutes …"]
