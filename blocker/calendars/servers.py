"""What every server is met with, whatever it serves: whom an encrypted connection trusts and by which proxy it goes, as
on the whole machine, how often a request is tried again, and how long the server is waited for in between.
"""

from __future__ import annotations

import random
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import truststore
from msgspec import Struct

from blocker.values.errors import ConfigError

ATTEMPTS = 6
SHORTEST_STEP, LONGEST_STEP = 1.0, 32.0  # seconds; the steps double in between
PATIENCE = 90.0  # seconds; a server that asks for more is left alone until the next run
IN_ALL = 600.0  # seconds, for all that one command asks: its run holds the calendar's lock meanwhile


class Pace(Struct, frozen=True):
    """How often a request is tried, and how the time in between passes."""

    sleep: Callable[[float], None] = time.sleep
    dice: Callable[[], float] = random.SystemRandom().random
    attempts: int = ATTEMPTS
    clock: Callable[[], float] = time.monotonic


def retry_after(head: Mapping[str, Any]) -> float | None:
    """The seconds that a server asks to wait. A date is measured against the answer's own ``Date``."""
    text = str(head.get("retry-after", "")).strip()
    if text.isdecimal():
        return float(text)
    try:
        until, sent = parsedate_to_datetime(text), parsedate_to_datetime(str(head.get("date", "")))
        return max(0.0, (until - sent).total_seconds())
    except (ValueError, TypeError):
        return None


class Proxy(Struct, frozen=True):
    """``head`` signs in at it, where it wants that."""

    host: str
    port: int
    head: Mapping[str, str]


def proxy_to(host: str) -> Proxy | None:
    """The machine's proxy for an encrypted connection; None where it has none, or none for this host."""
    found = urlsplit(getproxies().get("https", ""))
    if not found.hostname or proxy_bypass(host):
        return None
    pair = f"{unquote(found.username or '')}:{unquote(found.password or '')}"
    head = {"Proxy-Authorization": f"Basic {b64encode(pair.encode()).decode()}"} if found.username else {}
    return Proxy(found.hostname, found.port or 80, head)


def trusted(certificates: str) -> ssl.SSLContext:
    """Whoever the system trusts and the usual authorities, or the named ones alone. Raises ConfigError.

    ``certificates`` is a file or a folder, as in :class:`Surroundings`; "" names none.
    """
    if not certificates:
        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(certifi.where())  # for a machine that has none of its own
        return context
    named = Path(certificates)
    try:
        if named.is_dir():
            return ssl.create_default_context(capath=certificates)
        return ssl.create_default_context(cafile=certificates)
    except OSError as problem:
        raise ConfigError(
            f"the certificates in {certificates} can't be read: {problem.strerror or problem}",
            "SSL_CERT_FILE or REQUESTS_CA_BUNDLE names them: a file in PEM form",
        ) from None
