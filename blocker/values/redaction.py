"""Secrets struck out of what a server says, before it is printed, kept or logged. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

STRUCK = "[secret]"
SHORTEST = 4  # letters of a known secret: one of less is in any word
MOST_LETTERS = 4000  # of a server's words; what comes after them is dropped unread

_LABELLED = re.compile(
    r"""((?:token|secret|passwo?r?d|passphrase|key|credentials?|assertion|verifier|signature|cookie|code|auth)
        ["']?\s*[:=]\s*["']?)(?!\d{1,3}\b)[^\s"'&,;<>{}()\[\]]+""",
    re.IGNORECASE | re.VERBOSE,
)
_HEADER = re.compile(r"(authorization[\"']?\s*[:=]\s*[\"']?)(?:\w+\s+)?[^\s\"',;]+", re.IGNORECASE)
_SCHEME = re.compile(r"\b(bearer|basic|digest|negotiate|oauth)\s+[^\s\"',;]{6,}", re.IGNORECASE)
_LINK = re.compile(
    r"\b([a-z][a-z0-9+.-]{1,20}://)(?:[^\s/@\"'<>]*@)?([^\s/?#\"'<>]*)([^\s\"'<>]*)", re.IGNORECASE
)
_SHAPED = re.compile(
    r"""-----BEGIN[ ][\s\S]*?(?:-----END[^-]*-----|\Z)  # a private key
      | \bya29\.[^\s"'&,;]+ | \b[14]/[^\s"'&,;]{8,} | \bGOCSPX-[^\s"'&,;]+ | \bAIza[\w-]{10,}  # tokens, codes and keys known by how they begin
      | \beyJ[\w-]{4,}(?:\.[\w-]*)*  # a JSON web token (RFC 7519), or JSON in base64
      | (?<![\w@+/=~-])(?=[\w+/=~-]*\d)(?=[\w+/=~-]*[A-Za-z])[\w+/=~-]{20,}(?![\w@+/=~-])  # as good as random
    """,
    re.VERBOSE,
)


def redacted(text: str, known: Iterable[str] = ()) -> str:
    """The text without what may be a secret: tokens, codes, keys, Authorization headers, the paths of links.

    ``known`` are secrets that the asker holds: they go wherever they appear, whatever their shape.
    """
    text = text[:MOST_LETTERS]
    for secret in sorted((one for one in known if len(one) >= SHORTEST), key=len, reverse=True):
        for form in {secret, quote(secret, safe="")}:
            text = text.replace(form, STRUCK)
    text = _LINK.sub(lambda link: f"{link[1]}{link[2]}{'/…' if len(link[3]) > 1 else link[3]}", text)
    text = _HEADER.sub(rf"\1{STRUCK}", text)
    text = _SCHEME.sub(rf"\1 {STRUCK}", text)
    text = _LABELLED.sub(rf"\1{STRUCK}", text)
    return _SHAPED.sub(STRUCK, text)
