"""The sign-in to Google: where it is kept, who may read it, and what becomes of it.

One JSON file, 0600, beside the config. It holds a refresh token of the user's, or names the key
file of a service account; access tokens are never written down.
"""

from __future__ import annotations

import json
from datetime import datetime
from http.client import HTTPException
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import asdict, replace

from blocker.calendars.google.about import ROOT
from blocker.calendars.google.connections import bounded_http, untrusted
from blocker.calendars.google.refusals import CONNECT, NONSENSE, said_no, signed_out
from blocker.calendars.port import Surroundings
from blocker.files.private import write_private
from blocker.files.secrets import read_secret
from blocker.values.errors import ConfigError, SignInNeeded, Unreachable, UsageError
from blocker.values.redaction import redacted

_AGAIN = f"run: {CONNECT}"
_PREFIX = "https://www.googleapis.com/auth/"
OWNED = f"{_PREFIX}calendar.events.owned"
WRITE_ALL = f"{_PREFIX}calendar.events"
READ_ALL = f"{_PREFIX}calendar.events.readonly"
HOURS = f"{_PREFIX}calendar.calendars.readonly"
LIST = f"{_PREFIX}calendar.calendarlist.readonly"
WORDS = {
    OWNED: "see and change events on calendars that you own",
    WRITE_ALL: "see and change events on every calendar that you may change",
    READ_ALL: "see events on the other calendars that are read",
    HOURS: "see your working hours",
    LIST: "see the list of your calendars",
}
# How Google's consent screen puts them, from the API's own description.
BOXES = {
    OWNED: "See, create, change, and delete events on Google calendars you own",
    WRITE_ALL: "View and edit events on all your calendars",
    READ_ALL: "View events on all your calendars",
    HOURS: "See the title, description, default time zone, and other properties of Google calendars you have access to",
    LIST: "See the list of Google calendars you’re subscribed to",
}


def in_words(scope: str) -> str:
    """What a scope allows; one that we never ask for, as Google calls it."""
    return WORDS.get(scope) or redacted(scope.removeprefix(_PREFIX))[:120]


class SignIn(Struct, frozen=True):
    """What is kept of a sign-in. ``at`` is when consent was given, ``ends`` when Google said it will end."""

    kind: str  # user | service account
    scopes: tuple[str, ...] = ()
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    key_file: str = ""
    subject: str = ""
    at: str = ""
    ends: str = ""

    def __repr__(self) -> str:
        """Nothing secret, wherever it may be printed."""
        return f"SignIn({self.kind!r}, {self.scopes!r})"


def read_sign_in(path: Path, connect: str = CONNECT) -> SignIn | None:
    """The sign-in that is kept there, or could be made anew by ``connect``; None if there is none.

    Raises SignInNeeded if others can read the file, or if it holds no sign-in.
    """
    found = read_secret(path, f"run: {connect}")
    if found is None:
        return None
    known = {name: found[name] for name in SignIn.__struct_fields__ if isinstance(found.get(name), str)}
    scopes = found.get("scopes")
    # One that Google's own libraries wrote has no kind, and is a user's.
    sign_in = replace(SignIn("user"), **known, scopes=tuple(scopes) if isinstance(scopes, list) else ())
    needed = (
        (sign_in.refresh_token, sign_in.client_id, sign_in.client_secret)
        if sign_in.kind == "user"
        else (sign_in.key_file,)
    )
    if sign_in.kind not in ("user", "service account") or not all(needed):
        raise SignInNeeded(f"{path} has no sign-in of blocker's", f"run: {connect}")
    check_uri(sign_in.token_uri, str(path))
    return sign_in


def service_sign_in(key_file: Path, subject: str, scopes: tuple[str, ...], now: datetime) -> SignIn:
    """A service account that acts for ``subject``. Raises SignInNeeded or UsageError for a key that is none."""
    found = read_secret(key_file, _AGAIN)
    if found is None:
        raise UsageError(
            f"there is no {key_file}", "it is the key that Google's console made for the account"
        )
    if found.get("type") != "service_account":
        raise UsageError(f"{key_file} is not a service account's key", "its JSON has type service_account")
    check_uri(str(found.get("token_uri", "")), f"{key_file}: token_uri")
    return SignIn(
        "service account",
        scopes=scopes,
        key_file=str(key_file.absolute()),
        subject=subject,
        at=now.isoformat(timespec="seconds"),
    )


def brought_sign_in(path: Path) -> SignIn:
    """A sign-in that was made on another machine. Raises UsageError or SignInNeeded."""
    found = read_sign_in(path)
    if found is None:
        raise UsageError(f"there is no {path}", "bring the google-token.json of the machine with a browser")
    return found


def keep_sign_in(path: Path, sign_in: SignIn) -> None:
    """Write it down for its owner alone. Raises ConfigError where that can't be done."""
    kept = {name: value for name, value in asdict(sign_in).items() if value}
    try:
        write_private(path, json.dumps(kept, indent=1))
    except OSError as problem:
        raise ConfigError(f"{path} can't be written: {problem.strerror}", "free space? rights?") from problem


def credentials_of(sign_in: SignIn) -> Any:
    """Google's own object for a sign-in. Raises SignInNeeded if the service account's key is no key."""
    if sign_in.kind == "user":
        from google.oauth2.credentials import Credentials

        make: Any = Credentials
        return make(
            token=None,
            refresh_token=sign_in.refresh_token,
            token_uri=sign_in.token_uri,
            client_id=sign_in.client_id,
            client_secret=sign_in.client_secret,
        )
    from google.oauth2 import service_account

    key_file = Path(sign_in.key_file)
    info = read_secret(key_file, _AGAIN)
    if info is None:
        raise SignInNeeded(f"the service account's key {key_file} is not there any more", _AGAIN)
    read: Any = service_account.Credentials.from_service_account_info
    try:
        return read(info, scopes=list(sign_in.scopes), subject=sign_in.subject or None)
    except (ValueError, KeyError):
        raise SignInNeeded(f"{key_file} has no service account's key", _AGAIN) from None


def prove(sign_in: SignIn, around: Surroundings) -> None:
    """Ask Google once whether a sign-in is good. Raises SignInNeeded, or Unreachable."""
    from google.auth.exceptions import GoogleAuthError
    from google_auth_httplib2 import Request  # type: ignore[import-untyped]

    http = bounded_http(around)
    try:
        credentials_of(sign_in).refresh(Request(http))
    except (GoogleAuthError, OSError, MemoryError, HTTPException, *NONSENSE) as problem:
        if isinstance(problem, GoogleAuthError) and said_no(problem):
            raise signed_out(problem, (sign_in.refresh_token, sign_in.client_secret)) from problem
        silent = Unreachable("Google's sign-in server does not answer", "online? then try again")
        raise (untrusted(problem) or silent) from problem
    finally:
        http.close()


def http_for(sign_in: SignIn | None, around: Surroundings) -> Any:
    """A connection that signs in by itself; with no sign-in at all, one for a test server that wants none."""
    if sign_in is None:
        return bounded_http(around)
    from google_auth_httplib2 import AuthorizedHttp

    return AuthorizedHttp(credentials_of(sign_in), bounded_http(around))


def api_root(around: Surroundings) -> str | None:
    """Where the API is, if not at Google: for tests and trials. Raises UsageError."""
    root = around.roots.get(ROOT, "").strip()
    if not root:
        return None
    check_uri(root, ROOT)
    return root if root.endswith("/") else f"{root}/"


def check_uri(address: str, where: str) -> None:
    """Tokens travel encrypted, or not beyond this machine. Raises UsageError."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
        raise UsageError(
            f"{where} has {address!r}: it must begin with https://, or be http on this machine",
            "such as http://127.0.0.1:8765/",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def build_service(root: str | None, http: Any) -> Any:
    """The official client, from the API's description that comes with it: nothing is fetched for it."""
    from googleapiclient.discovery import build_from_document  # type: ignore[import-untyped]
    from googleapiclient.discovery_cache import get_static_doc  # type: ignore[import-untyped]

    document = json.loads(get_static_doc("calendar", "v3"))
    if root is not None:
        document["rootUrl"] = root
        document["baseUrl"] = root + document["servicePath"]
    return build_from_document(document, http=http)
