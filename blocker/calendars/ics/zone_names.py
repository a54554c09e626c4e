"""Names of time zones, in the forms that calendars write into TZID, → IANA zones.

Outlook and Exchange write Windows names; tzlocal has the pairs from windowsZones.xml of the Unicode CLDR.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

_UTC_NAMES = frozenset(("UTC", "Z", "ETC/UTC", "TZONE://MICROSOFT/UTC", "COORDINATED UNIVERSAL TIME"))
_IANA = r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}"


def iana_zone(tzid: str) -> ZoneInfo | None:
    """The IANA zone that a TZID names, whatever its form, or None."""
    name = tzid.strip()
    zone = _load(name)
    if zone is not None:
        return zone
    if name.upper() in _UTC_NAMES:
        return ZoneInfo("UTC")
    if "/" not in name:
        return _load(win_tz.get(name, ""))
    parts = name.strip("/").split("/")
    for take in (3, 2):
        if len(parts) >= take and (zone := _load("/".join(parts[-take:]))):
            return zone
    return None


def with_its_slash(tzid: str) -> ZoneInfo | None:
    """The IANA zone of a name whose slash is written otherwise (``Europe_Berlin``), or None."""
    return _load(tzid.replace("_", "/", 1)) or _load(tzid.replace("-", "/", 1))


def _load(name: str) -> ZoneInfo | None:
    if not re.fullmatch(_IANA, name):
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None
