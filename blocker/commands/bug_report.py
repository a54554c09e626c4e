"""``report --bug FILE``: what a maintainer needs to make the same plan again, and nothing that says whose it is."""

from __future__ import annotations

import json
import platform
import secrets
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from blocker import __version__
from blocker.calendars import about, scheme_of
from blocker.commands import Answer
from blocker.commands.bug_bundle import bundle
from blocker.rules.survey import Survey
from blocker.showing.page.files import GENERATOR, write_report
from blocker.values.plan import Plan
from blocker.values.request import Request

PACKAGES = ("holidays", "tzdata", "tzlocal", "msgspec")


def bug_report(path: Path, made: Plan, seen: Survey, request: Request, calendars: Iterable[Path]) -> Answer:
    """Write the bundle; a person can read in it what they are about to send."""
    document: dict[str, Any] = {
        "what": f"{GENERATOR} --bug: times, kinds and numbers; no titles, texts, addresses or names",
        "blocker": __version__,
        "python": platform.python_version(),
        "system": sys.platform,
        "packages": {name: _version(name) for name in (*PACKAGES, *about(made.calendar).packages)},
        "backend": scheme_of(made.calendar),
        **bundle(request, seen, made, secrets.token_bytes(16)),
    }
    there = write_report(path, (json.dumps(document, indent=1) + "\n").encode(), calendars)
    if there.is_file():
        there.chmod(0o600)  # whatever lay there before
    count = len(document["events"])
    lines = [
        f"The bug report is in {there}: {count} events as times and kinds, without any words of yours.",
        "Look through it before you send it.",
    ]
    return Answer(lines, {"schema": 1, "report": "bug", "file": str(there), "events": count})


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
