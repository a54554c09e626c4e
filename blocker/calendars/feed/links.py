"""A published link: a secret that is never shown, and what may be shown of it instead."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from blocker.calendars.ics.about import settled_path
from blocker.files.secrets import secret_text
from blocker.values.errors import ConfigError

SCHEMES = ("https://", "http://", "webcal://", "webcals://")
IN_A_FILE = "@"  # feed:@FILE: the link is the first line of a file
_ENCRYPTED = ("https", "webcal", "webcals")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def settled(rest: str, base: Path) -> str:
    """A link in the one form that it has here, or the file it is in made absolute. Raises ValueError.

    No message repeats any of it but the host.
    """
    if rest.startswith(IN_A_FILE):
        return IN_A_FILE + settled_path(rest.removeprefix(IN_A_FILE), base)
    text = rest.strip()
    if re.search(r"[\s\x00-\x1f\x7f\\]", text):
        raise ValueError("the link of a feed has a blank or a line break in it; copy it once more")
    if "://" not in text:
        text = f"https://{text.removeprefix('//')}"
    parts = _split(text)
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    if not host:
        raise ValueError("the link of a feed names no server; copy it once more")
    if parts.username is not None:
        raise ValueError(
            f"the link to {host} has a user name; publish the calendar under a link that needs no sign-in"
        )
    if scheme == "http" and not is_loopback(host):
        raise ValueError(
            f"the link to {host} is not encrypted, so everybody on the way could read it; use https://"
        )
    if scheme not in (*_ENCRYPTED, "http"):
        raise ValueError("the link of a feed begins with https:// or webcal://")
    scheme = "http" if scheme == "http" else "https"
    place = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}[scheme]
    place += f":{parts.port}" if parts.port not in (None, usual) else ""
    return urlunsplit((scheme, place, parts.path or "/", parts.query, ""))


def shown(rest: str) -> str:
    """What of it a person may read: the server, and a few letters that tell two links to it apart."""
    if rest.startswith(IN_A_FILE):
        return rest
    try:
        place = urlsplit(rest if "://" in rest else f"https://{rest}").netloc.rpartition("@")[2]
    except ValueError:
        place = ""
    return f"{place}/…{fingerprint(rest)[:6]}"


def fingerprint(link: str) -> str:
    return hashlib.sha256(link.encode("utf-8", "surrogatepass")).hexdigest()


def link_in(rest: str) -> str:
    """The link that the part of an address after the colon stands for. Raises ConfigError for a file of none."""
    if not rest.startswith(IN_A_FILE):
        return rest
    path = Path(rest.removeprefix(IN_A_FILE))
    try:
        lines = secret_text(path).split()
        if len(lines) != 1:
            raise ValueError("it has one link and nothing else")
        return settled(lines[0], Path())
    except OSError as problem:
        raise ConfigError(f"the link in {path} can't be read: {problem.strerror}", "put it there") from None
    except ValueError as problem:  # text that is not UTF-8 is one too
        words = "it is not text" if isinstance(problem, UnicodeError) else str(problem)
        raise ConfigError(f"{path} has no link of a feed: {words}") from None


def is_loopback(host: str) -> bool:
    return host in _LOOPBACK


def _split(text: str) -> SplitResult:
    """Raises ValueError, in words that repeat nothing of it."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - it is looked at when it is asked for
    except ValueError:
        raise ValueError("the link of a feed can't be read; copy it once more") from None
    return parts
