"""A folder with one file an event, as vdir programs write it."""

from __future__ import annotations

import re
from pathlib import Path


def put(file: Path, events: str, head: str = "VERSION:2.0\r\nPRODID:-//test//EN\r\n") -> None:
    file.write_bytes(f"BEGIN:VCALENDAR\r\n{head}{events}END:VCALENDAR\r\n".encode())


def split(calendar: bytes, folder: Path) -> None:
    """One file for each UID, with the head and the zones of the calendar in each."""
    folder.mkdir(parents=True)
    text = calendar.decode()
    head = text[len("BEGIN:VCALENDAR\r\n") : text.index("BEGIN:VEVENT")]
    by_uid: dict[str, str] = {}
    for event in re.findall(r"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", text, re.DOTALL):
        uid = re.search(r"\r\nUID:(.*)\r\n", event)
        assert uid is not None
        by_uid[uid[1]] = by_uid.get(uid[1], "") + event
    for number, events in enumerate(by_uid.values()):
        put(folder / f"{number}.ics", events, head)
