"""The settings of one value, which environment and flags can set too: most days they are all that is set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from blocker.config_values import Check, address, choice, zone


class Around(Struct, frozen=True):
    """What reading depends on beside the file.

    Relative ``ics:`` paths are taken from ``base``. ``texts`` are the shipped texts by name: if there
    are any, no other name is allowed and each text may only use the placeholders of the shipped one.
    """

    base: Path
    holiday_code: Check[str]
    texts: Mapping[str, str]


def scalars(around: Around) -> dict[str, Check[Any]]:
    """The settings of one value that the environment and flags can override."""
    return {
        "calendar": address(around.base),
        "timezone": zone,
        "role": choice("manager", "executive", "specialist"),
        "holidays": around.holiday_code,
        "protect": choice("busy", "graded", "decline"),
    }
