"""Section 6 of the design as a checklist: keys, types and sums of the JSON document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

TOP = {"schema": int, "now": str, "calendar": str, "zone": str, "policy": str, "applied": bool, "weeks": list,
       "quarters": list, "changes": list, "unplaced": list, "skipped_components": list, "summary": dict}  # fmt: skip
WEEK = {"week": str, "level": str, "judged_by": str, "floor": str, "load": dict, "causes": list}
CAUSE = {"rule": str, "measure": str, "measured": (int, float), "threshold": (int, float), "unit": str}
QUARTER = {"quarter": str, "offsite": str, "key": str}
CHANGE = {"action": str, "key": str, "kind": str, "start": str, "end": str, "was": (dict, type(None)),
          "pinned": bool, "minutes": int, "conflict": (dict, str, list, type(None)), "causes": list,
          "why": (str, type(None)), "done": bool, "error": (str, dict, type(None))}  # fmt: skip
UNPLACED = {"key": str, "kind": str, "minutes": int, "code": str, "why": str, "nearest": list}
SUMMARY = ("create", "move", "update", "remove", "keep", "unplaced")
MEASURES = ("capacity_hours", "operational_hours", "operational_share", "meetings", "meetings_max_day",
            "focus_hours", "longest_gap_hours", "fragmentation", "back_to_back_hours", "conflict_share",
            "after_hours", "recurring_share", "strategic_hours", "frontline_hours", "learning_hours")  # fmt: skip
WORDS = {
    "level": {"calm", "amber", "red"},
    "judged_by": {"held", "recent"},
    "floor": {"block", "own", "unplaced", "deleted", "skipped", "paused", "none"},
    "offsite": {"placed", "present", "unplaced", "not due"},
    "action": {"create", "move", "update", "remove", "keep", "adopt", "tombstone", "forget"},
    "code": {"no_room", "deleted", "skipped", "paused"},
    "policy": {"run", "rebalance"},
}
ENDS = frozenset({"start", "end", "minutes"})
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)")


def moment(text: str) -> datetime:
    """A time of the document."""
    return datetime.fromisoformat(text)


def complaints(doc: dict[str, Any]) -> Iterator[str]:
    """Everything in the document that breaks the contract."""
    yield from _shape(doc, TOP, "document")
    if doc.get("schema") != 1:
        yield f"schema is {doc.get('schema')!r}"
    yield from _word(doc, "policy", "document")
    for n, week in enumerate(doc.get("weeks", [])):
        yield from week_complaints(week, f"weeks[{n}]")
    for n, quarter in enumerate(doc.get("quarters", [])):
        yield from _shape(quarter, QUARTER, f"quarters[{n}]")
        yield from _word(quarter, "offsite", f"quarters[{n}]")
    for n, change in enumerate(doc.get("changes", [])):
        where = f"changes[{n}] {change.get('key')}"
        gone = change.get("action") in {"forget", "tombstone"}
        yield from _shape(change, CHANGE, where, absent=ENDS if gone else frozenset())
        yield from _word(change, "action", where)
        yield from _times(change, where)
    for n, lost in enumerate(doc.get("unplaced", [])):
        where = f"unplaced[{n}] {lost.get('key')}"
        yield from _shape(lost, UNPLACED, where)
        yield from _word(lost, "code", where)
        for near in lost.get("nearest", []):
            yield from _shape(near, {"start": str, "end": str, "conflicts": list}, where)
            yield from _times(near, where)
            for event in near.get("conflicts", []):
                yield from _shape(event, {"title": str, "start": str, "end": str}, where)
                yield from _times(event, where)
    for n, part in enumerate(doc.get("skipped_components", [])):
        yield from _shape(part, {"where": str, "why": str}, f"skipped_components[{n}]")
    yield from _sums(doc)


def week_complaints(week: dict[str, Any], where: str) -> Iterator[str]:
    """The same for one week, which ``load --json`` prints too."""
    yield from _shape(week, WEEK, where)
    for word in ("level", "judged_by", "floor"):
        yield from _word(week, word, where)
    for name in MEASURES:
        value = week.get("load", {}).get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{where}.load.{name} is {value!r}"
    for cause in week.get("causes", []):
        yield from _shape(cause, CAUSE, f"{where}.causes")


def _shape(
    value: dict[str, Any], keys: dict[str, Any], where: str, absent: frozenset[str] = frozenset()
) -> Iterator[str]:
    for key, kind in keys.items():
        if key not in value:
            yield f"{where} has no {key}"
        elif key in absent and value[key] is None:
            continue
        elif not isinstance(value[key], kind) or (kind is int and isinstance(value[key], bool)):
            yield f"{where}.{key} is {value[key]!r}"


def _word(value: dict[str, Any], key: str, where: str) -> Iterator[str]:
    if value.get(key) not in WORDS[key]:
        yield f"{where}.{key} is {value.get(key)!r}, not one of {sorted(WORDS[key])}"


def _times(value: dict[str, Any], where: str) -> Iterator[str]:
    for key in ("start", "end"):
        text = value.get(key)
        if isinstance(text, str) and not MOMENT.fullmatch(text):
            yield f"{where}.{key} is not RFC 3339 with offset: {text}"


def _sums(doc: dict[str, Any]) -> Iterator[str]:
    counted = Counter(c.get("action") for c in doc.get("changes", []))
    counted["unplaced"] = len(doc.get("unplaced", []))
    for name in SUMMARY:
        said = doc.get("summary", {}).get(name)
        if said != counted[name]:
            yield f"summary.{name} is {said}, the document holds {counted[name]}"
    keys = Counter(c.get("key") for c in doc.get("changes", []))
    yield from (f"{key} appears {n} times in changes" for key, n in keys.items() if n > 1)
    for change in doc.get("changes", []):
        if change.get("start") and change.get("end") and change.get("action") in {"create", "move", "keep"}:
            held = (moment(change["end"]) - moment(change["start"])).total_seconds() / 60
            if held != change.get("minutes") and not change["key"].startswith("note/"):
                yield f"{change['key']} says {change.get('minutes')} minutes, its times say {held:g}"
