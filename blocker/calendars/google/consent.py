"""Asking for the user's consent at Google, once, in a browser: what ``blocker connect google`` does.

The desktop-app flow: a listener on this machine's loopback, PKCE, and the smallest scopes that do.
"""

from __future__ import annotations

import json
import webbrowser
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from blocker.calendars.google import sign_in as auth
from blocker.calendars.google.sign_in import SignIn
from blocker.files.private import read_small_text
from blocker.values.errors import SignInNeeded, Temporary, UsageError
from blocker.values.redaction import redacted
from blocker.values.settings import Settings

WAIT_SECONDS = 600
_DONE = "Signed in. You can close this window and go back to blocker."


class Asked(Struct, frozen=True):
    """A scope that is asked for, and why."""

    scope: str
    why: str


def scopes_for(settings: Settings) -> tuple[Asked, ...]:
    """The least that does the job with these settings; each with its reason."""
    written = settings.calendar.partition(":")[2] if settings.calendar.startswith("google:") else "primary"
    others = [a for a in settings.also_read if a.startswith("google:") and a != "google:primary"]
    if written == "primary":
        asked = [Asked(auth.OWNED, "to read your load and to place blocks")]
        if others:
            asked.append(Asked(auth.READ_ALL, f"because also_read names {', '.join(others)}"))
    else:
        asked = [Asked(auth.WRITE_ALL, f"because blocks go on {written}, which may not be your own")]
    if not settings.hours_set:
        asked.append(
            Asked(auth.HOURS, "because your config sets no hours; leave it unticked to keep them to yourself")
        )
    return tuple(asked)


def read_client(path: Path) -> dict[str, Any]:
    """A desktop app's ``credentials.json`` as Google's console gives it. Raises UsageError."""
    how = (
        "in Google's console, make an OAuth client of type “Desktop app” and download its JSON; docs/google.md of "
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
    missing = [n for n in ("client_id", "client_secret", "auth_uri", "token_uri") if not client.get(n)]
    if missing:
        raise UsageError(f"{path} lacks {', '.join(missing)}", how)
    for name in ("auth_uri", "token_uri"):
        auth.check_uri(str(client[name]), f"{path}: {name}")
    return found


def ask_consent(
    client: Mapping[str, Any],
    scopes: tuple[str, ...],
    *,
    headless: bool,
    now: datetime,
    say: Callable[[str], None],
) -> SignIn:
    """Send the user to Google and wait for the answer.

    Raises SignInNeeded if the user says no or nothing, Temporary if Google can't be reached.
    """
    from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError  # type: ignore[import-untyped]
    from oauthlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]
    from requests.exceptions import RequestException

    class Flow(InstalledAppFlow):  # type: ignore[misc]
        """Tells the address through us, never on stdout."""

        def authorization_url(self, **kwargs: Any) -> tuple[str, str]:
            url, state = super().authorization_url(**kwargs)
            for line in _invitation(url, self.redirect_uri, headless):
                say(line)
            return url, state

    flow = Flow.from_client_config(client, list(scopes))
    try:
        flow.run_local_server(
            port=0,
            open_browser=not headless,
            authorization_prompt_message=None,
            success_message=_DONE,
            timeout_seconds=WAIT_SECONDS,
            access_type="offline",
            prompt="consent",
        )
    except Warning as partial:  # oauthlib's way to say that other scopes were granted than asked for
        flow.oauth2session.token = getattr(partial, "token", {})
    except webbrowser.Error:
        raise SignInNeeded("there is no browser on this machine", NO_BROWSER) from None
    except WSGITimeoutError:
        raise SignInNeeded("nobody answered within ten minutes", "run: blocker connect google") from None
    except OAuth2Error as problem:
        said = redacted(str(problem.error), (client["installed"]["client_secret"],))[:120]
        raise SignInNeeded(f"Google did not sign you in: {said}", _hint(problem.error)) from None
    except RequestException:
        raise Temporary("Google can't be reached", "online? then try again") from None
    finally:
        flow.oauth2session.close()
    return _sign_in(client["installed"], flow.oauth2session.token, scopes, now)


def _sign_in(
    client: Mapping[str, Any], token: Mapping[str, Any], scopes: tuple[str, ...], now: datetime
) -> SignIn:
    refresh = token.get("refresh_token")
    if not refresh:
        raise SignInNeeded(
            "Google gave no lasting sign-in",
            "remove blocker at https://myaccount.google.com/permissions, then run: blocker connect google",
        )
    said = token.get("scope", scopes)
    granted = tuple(said.split() if isinstance(said, str) else said)
    lasts = token.get("refresh_token_expires_in")
    ends = now + timedelta(seconds=lasts) if isinstance(lasts, int) and lasts > 0 else None
    return SignIn(
        "user",
        scopes=granted,
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        refresh_token=refresh,
        token_uri=client["token_uri"],
        at=now.isoformat(timespec="seconds"),
        ends=ends.isoformat(timespec="seconds") if ends else "",
    )


def check_granted(sign_in: SignIn, asked: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """What was asked for and not granted. Raises SignInNeeded if the job can't be done without it."""
    missing = tuple(a for a in asked if a.scope not in sign_in.scopes and not _covered(a, sign_in))
    needed = [a for a in missing if a.scope != auth.HOURS]
    if needed:
        words = "; ".join(f"“{auth.WORDS[a.scope]}”, {a.why}" for a in needed)
        raise SignInNeeded(
            f"at Google's consent screen a box was left unticked that is needed: {words}",
            "run: blocker connect google, and tick it",
        )
    return missing


def _covered(asked: Asked, sign_in: SignIn) -> bool:
    full = f"{auth.OWNED.rpartition('/')[0]}/calendar"
    wider = {auth.OWNED: {auth.WRITE_ALL, full}, auth.READ_ALL: {auth.WRITE_ALL, full}}
    return bool(wider.get(asked.scope, {full}) & set(sign_in.scopes))


def service_sign_in(key_file: Path, subject: str, scopes: tuple[str, ...], now: datetime) -> SignIn:
    """A service account that acts for ``subject``. Raises SignInNeeded or UsageError for a key that is none."""
    found = auth.read_secret(key_file)
    if found is None:
        raise UsageError(
            f"there is no {key_file}", "it is the key that Google's console made for the account"
        )
    if found.get("type") != "service_account":
        raise UsageError(f"{key_file} is not a service account's key", "its JSON has type service_account")
    auth.check_uri(str(found.get("token_uri", "")), f"{key_file}: token_uri")
    return SignIn(
        "service account",
        scopes=scopes,
        key_file=str(key_file.absolute()),
        subject=subject,
        at=now.isoformat(timespec="seconds"),
    )


def brought_sign_in(path: Path) -> SignIn:
    """A sign-in that was made on another machine. Raises UsageError or SignInNeeded."""
    found = auth.read_sign_in(path)
    if found is None:
        raise UsageError(f"there is no {path}", "bring the google-token.json of the machine with a browser")
    return found


NO_BROWSER = (
    "either run: blocker connect google --headless, and follow what it says; "
    "or sign in on a machine with a browser, bring its google-token.json here, and run: "
    "blocker connect google --token FILE"
)


def _invitation(url: str, redirect: str, headless: bool) -> list[str]:
    if not headless:
        return ["Your browser opens Google's consent screen. If it does not, open this address:", f"  {url}"]
    port = redirect.rstrip("/").rpartition(":")[2]
    return [
        "Open this address in a browser on any machine:",
        f"  {url}",
        "In the end the browser is sent to an address that begins with",
        f"  {redirect}",
        "and can't open it, unless it runs here. Either, before you begin, on the browser's machine:",
        f"  ssh -L {port}:localhost:{port} THIS-MACHINE",
        "or, in the end, copy that whole address and run here, in a second terminal:",
        "  curl 'THE-ADDRESS'",
        f"Waiting for {WAIT_SECONDS // 60} minutes …",
    ]


def _hint(error: str) -> str:
    if error == "access_denied":
        return "if you did not say no yourself: while the consent screen is in “Testing”, only its test users get in"
    if error in ("invalid_client", "unauthorized_client", "deleted_client"):
        return "credentials.json belongs to a client that is gone: download it again"
    return "run: blocker connect google"
