"""Secrets struck out of what a server says, before it is printed, kept or logged. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

STRUCK = "[secret]"
SHORTEST = 4  # letters of a known secret: one of less is in any word
MOST_LETTERS = 4000  # of a server's words; what comes after them is dropped unread

# Compiled on use: few calls have anything to strike out.
_LABELLED = r"""(?ix)((?:token|secret|passwo?r?d|passphrase|key|credentials?|assertion|verifier|signature|cookie|code|auth)
        ["']?\s*[:=]\s*["']?)(?!\d{1,3}\b)[^\s"'&,;<>{}()\[\]]+"""
_HEADER = r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?)(?:\w+\s+)?[^\s\"',;]+"
_SCHEME = r"(?i)\b(bearer|basic|digest|negotiate|oauth)\s+[^\s\"',;]{6,}"
_LINK = r"(?i)\b([a-z][a-z0-9+.-]{1,20}://)(?:[^\s/@\"'<>]*@)?([^\s/?#\"'<>]*)([^\s\"'<>]*)"
_SHAPED = r"""(?x)
        -----BEGIN[ ][\s\S]*?(?:-----END[^-]*-----|\Z)  # a private key
      | \bya29\.[^\s"'&,;]+ | \b[14]/[^\s"'&,;]{8,} | \bGOCSPX-[^\s"'&,;]+ | \bAIza[\w-]{10,}  # tokens, codes and keys known by how they begin
      | \beyJ[\w-]{4,}(?:\.[\w-]*)*  # a JSON web token (RFC 7519), or JSON in base64
      | (?<![\w@+/=~-])(?=[\w+/=~-]*\d)(?=[\w+/=~-]*[A-Za-z])[\w+/=~-]{20,}(?![\w@+/=~-])  # as good as random
    """


def redacted(text: str, known: Iterable[str] = ()) -> str:
    """The text without what may be a secret: tokens, codes, keys, Authorization headers, the paths of links.

    ``known`` are secrets that the asker holds: they go wherever they appear, whatever their shape.
    """
    text = text[:MOST_LETTERS]
    for secret in sorted((one for one in known if len(one) >= SHORTEST), key=len, reverse=True):
        for form in {secret, quote(secret, safe="")}:
            text = text.replace(form, STRUCK)
    text = re.sub(_LINK, lambda link: f"{link[1]}{link[2]}{'/…' if len(link[3]) > 1 else link[3]}", text)
    text = re.sub(_HEADER, rf"\1{STRUCK}", text)
    text = re.sub(_SCHEME, rf"\1 {STRUCK}", text)
    text = re.sub(_LABELLED, rf"\1{STRUCK}", text)
    return re.sub(_SHAPED, STRUCK, text)
