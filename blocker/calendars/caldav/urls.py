"""Addresses on servers in one spelling each, so that two of them can be compared."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

_PLAIN = "-._~!$&'()*+,;=:@"  # what a part of a path may hold as it is (RFC 3986)
_PORTS = {"https": 443, "http": 80}


def settled(text: str) -> str:
    """A web address as a person gives it, in its one spelling: ``https://USER@HOST/PATH/``.

    Raises ValueError for what is none, for one with a password in it, and for one that would send a password in the
    clear: only this machine is spoken to by http.
    """
    text = text.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    host = _host(parts)
    if parts.password is not None:
        raise ValueError("a password has no place in an address: blocker connect caldav asks for it")
    if parts.query:
        raise ValueError(
            f"“{host}/…?{parts.query[:40]}” is a link to subscribe to, not a calendar to write to"
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError(f"http://{host} would send your password for all to read: write https://{host}")
    user = f"{quote(unquote(parts.username), safe='')}@" if parts.username else ""
    return f"{parts.scheme}://{user}{host}{_path(parts.path, folder=True)}"


def joined(base: str, href: str) -> str:
    """The address that a server means by ``href`` in its answer to ``base``, without a user. Raises ValueError."""
    parts = urlsplit(urljoin(base, href.strip()))
    return f"{parts.scheme}://{_host(parts)}{_path(parts.path)}"


def within(calendar: str, name: str) -> str:
    """The address of an object by its name in a calendar."""
    return f"{calendar}{quote(name, safe=_PLAIN)}"


def without_user(url: str) -> str:
    return joined(url, url)


def user_in(url: str) -> str:
    return unquote(urlsplit(url).username or "")


def origin(url: str) -> str:
    """Scheme, host and port: whom a password is given to."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{_host(parts)}"


def host_of(url: str) -> str:
    """The server as a person would call it."""
    return _host(urlsplit(url))


def may_be_trusted_too(url: str, named: str) -> bool:
    """Whether a server that ``named`` names as the person's own may be asked with their password."""
    there = urlsplit(url)
    return there.scheme == "https" or (
        is_loopback(there.hostname or "") and is_loopback(urlsplit(named).hostname or "")
    )


def is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or re.fullmatch(r"(?a)127(\.\d{1,3}){3}", host) is not None


def _host(parts: SplitResult) -> str:
    """Host and port, the usual port left out. Raises ValueError."""
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in _PORTS or not host or not host.isascii():
        raise ValueError(
            f"“{parts.geturl()[:80]}” is not the address of a server, such as https://cloud.example.org"
        )
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return f"[{host}]{port}" if ":" in host else f"{host}{port}"


def _path(path: str, *, folder: bool = False) -> str:
    spelt = "/".join(quote(unquote(part), safe=_PLAIN) for part in (path or "/").split("/"))
    return spelt if spelt.endswith("/") or not folder else f"{spelt}/"
