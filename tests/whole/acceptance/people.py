"""What people do after the first run, and what the program may make of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from .brute import slots
from .drive import Answer, Desk, deleted, invited, moved, retitled
from .judge import judge
from .manners import Finding
from .reader import Block, Book, foreign_bytes, our_pieces, read
from .worktime import MINUTE, Worktime, minutes, monday

QUIET = ("create", "move", "update", "remove")


class Stage:
    """The desk after a first run, to which every scene comes back."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self.desk, self.now, self.kept = desk, now, desk.saved()
        self.book = self.look()
        self.work = Worktime(self.book)
        self.blocks = {b.key: b for b in self.book.blocks if not b.all_day}

    def look(self) -> Book:
        """The file as it is now."""
        return read(self.desk.raw, self.now - timedelta(weeks=1), self.now + timedelta(weeks=27))

    def pick(self, rank: int = 0) -> Block | None:
        """A strategic block of next week or later."""
        start = self.now + timedelta(days=7)
        later = [b for b in self.blocks.values() if b.start > start and b.key.startswith("strategic/")]
        return sorted(later, key=lambda b: b.start)[rank] if len(later) > rank else None

    def others_as_before(self, scene: str, *but: str) -> Iterator[Finding]:
        """All other blocks are where they were."""
        after = {b.key: b for b in self.look().blocks if not b.all_day}
        for key, block in self.blocks.items():
            if key in but:
                continue
            if key not in after:
                yield Finding(scene, f"{key} is gone")
            elif (after[key].start, after[key].end) != (block.start, block.end):
                yield Finding(scene, f"{key} moved from {block.start} to {after[key].start}")
        for key in sorted(set(after) - set(self.blocks) - set(but)):
            yield Finding(scene, f"{key} is new", sure=False)


def everybody(desk: Desk, now: datetime) -> list[Finding]:
    """All scenes, each from the same first run."""
    stage = Stage(desk, now)
    found: list[Finding] = []
    for scene in (again, next_morning, delete, move, retitle, drop, rebalance):
        found += scene(stage)
        desk.restore(stage.kept)
    return found


def nothing(scene: str, answer: Answer, before: bytes, after: bytes) -> Iterator[Finding]:
    """This run had nothing to do and did nothing."""
    if answer.code != 0:
        yield Finding(scene, f"exit {answer.code}: {answer.err.strip()[-200:]}")
        return
    busy = {k: v for k, v in answer.doc.get("summary", {}).items() if k in QUIET and v}
    other = [c["key"] for c in answer.doc.get("changes", []) if c["action"] not in {"keep"}]
    if busy or other:
        yield Finding(scene, f"should have nothing to do: {busy} {other}")
    if before != after:
        yield Finding(scene, "the file changed")


def again(stage: Stage) -> Iterator[Finding]:
    """A second run, ten minutes later, changes nothing."""
    before = stage.desk.raw
    answer = stage.desk.run(stage.now + 10 * MINUTE)
    yield from nothing("second run", answer, before, stage.desk.raw)


def next_morning(stage: Stage) -> Iterator[Finding]:
    """The next morning nothing happens but what is due: a new week, the next block's text."""
    day = stage.work.local_day(stage.now) + timedelta(days=1)
    now = datetime.combine(day, time(6, 30), stage.work.zone)
    before = stage.desk.raw
    answer = stage.desk.run(now)
    yield from judge(before, answer, stage.desk.raw, now, fresh=False)
    new_week = monday(day) != monday(stage.work.local_day(stage.now))
    for change in answer.doc.get("changes", []):
        if change["action"] in {"move", "remove", "tombstone", "forget", "adopt"}:
            yield Finding("next morning", f"{change['action']} {change['key']}: {change['why']}")
        if change["action"] == "create" and not new_week:
            yield Finding("next morning", f"create {change['key']}: {change['why']}", sure=False)
    yield from (f for f in stage.others_as_before("next morning") if f.sure)
    if sum(c["action"] == "update" for c in answer.doc.get("changes", [])) > 1:
        yield Finding("next morning", "more than one text was refreshed")


def delete(stage: Stage) -> Iterator[Finding]:
    """A deleted block stays deleted, and nothing is booked in its place."""
    block = stage.pick()
    if not block:
        return
    raw = deleted(stage.desk.raw, block.key)
    stage.desk.write(raw)
    answer = stage.desk.run(stage.now + 10 * MINUTE)
    told = [c["action"] for c in answer.doc.get("changes", []) if c["key"] == block.key]
    if answer.code or told != ["tombstone"]:
        yield Finding("deleted", f"{block.key}: exit {answer.code}, changes say {told}")
    if stage.desk.raw != raw:
        yield Finding("deleted", f"{block.key}: the file changed after the deletion", sure=False)
    yield from stage.others_as_before("deleted", block.key)
    for other in stage.look().blocks:
        if other.key not in stage.blocks and other.start < block.end and other.end > block.start:
            text = f"{other.key} is booked in the place of {block.key}, {other.start}"
            yield Finding("deleted", text, sure=other.key.startswith("strategic/"))
    week: dict[str, Any] = next((w for w in answer.doc.get("weeks", []) if f"/{w['week']}/" in block.key), {})
    left = [b for b in stage.look().blocks if b.key.startswith(block.key[:-1])]
    if not left and week.get("floor") not in {"deleted", "own"}:
        yield Finding("deleted", f"{block.key}: the week's floor is {week.get('floor')!r}")
    before = stage.desk.raw
    for later in (20 * MINUTE, timedelta(days=1)):
        answer = stage.desk.run(stage.now + later)
        if any(b.key == block.key for b in stage.look().blocks):
            yield Finding("deleted", f"{block.key} came back")
        if later < timedelta(hours=1):
            yield from nothing("deleted, again", answer, before, stage.desk.raw)


def move(stage: Stage) -> Iterator[Finding]:
    """A moved block stays where the person put it, and is pinned."""
    block = stage.pick()
    if not block:
        return
    ours = [(b.start, b.end) for b in stage.blocks.values()]
    length, day = minutes([(block.start, block.end)]), stage.work.local_day(block.start)
    free = [s for n in range(-4, 5) if stage.work.local_day(block.start).weekday() + n in range(5)
            for s in slots(stage.work, day + timedelta(days=n), length, stage.now, ours)]  # fmt: skip
    to = free[-1][0] if free else block.start + 30 * MINUTE
    raw = moved(stage.desk.raw, block.key, to - block.start)
    stage.desk.write(raw)
    for later in (10 * MINUTE, timedelta(days=1)):
        answer = stage.desk.run(stage.now + later)
        change: dict[str, Any] = next((c for c in answer.doc.get("changes", []) if c["key"] == block.key), {})
        there = next((b for b in stage.look().blocks if b.key == block.key), None)
        if answer.code or change.get("action") not in {"keep", "update"} or change.get("pinned") is not True:
            shown = {k: change.get(k) for k in ("action", "pinned", "start")}
            yield Finding("moved", f"{block.key} to {to}: exit {answer.code}, {shown}")
        if not there or there.start != to:
            yield Finding("moved", f"{block.key} was put at {to} and is at {there and there.start}")
        if later < timedelta(hours=1):
            if stage.desk.raw != raw:
                yield Finding("moved", f"{block.key}: the file changed after the move", sure=False)
            yield from stage.others_as_before("moved", block.key)


def retitle(stage: Stage) -> Iterator[Finding]:
    """A block keeps the title that a person gave it, also when its text is due for a refresh."""
    coming = sorted((b for b in stage.blocks.values() if b.start > stage.now), key=lambda b: b.start)
    if not coming:
        return
    raw = stage.desk.raw
    for block in coming[:2]:
        raw = retitled(raw, block.key, "Mine, please keep")
    stage.desk.write(raw)
    for now in (stage.now + 10 * MINUTE, coming[0].start - timedelta(hours=2), coming[0].end + MINUTE):
        answer = stage.desk.run(now)
        there = {b.key: b for b in stage.look().blocks}
        for block in coming[:2]:
            if block.key not in there or there[block.key].title != "Mine, please keep":
                title = there[block.key].title if block.key in there else "gone"
                yield Finding("retitled", f"{block.key}: exit {answer.code}, its title is {title!r}")


def drop(stage: Stage) -> Iterator[Finding]:
    """A meeting lands on a block: that one moves, or stays with its conflict; the others stay."""
    for rank in (0, 1):
        block = stage.pick(rank)
        if not block:
            return
        stage.desk.restore(stage.kept)
        start = block.start + 30 * MINUTE
        before = invited(stage.desk.raw, start, start + 30 * MINUTE)
        stage.desk.write(before)
        now = stage.now + 10 * MINUTE
        answer = stage.desk.run(now)
        yield from judge(before, answer, stage.desk.raw, now, fresh=False)
        change: dict[str, Any] = next((c for c in answer.doc.get("changes", []) if c["key"] == block.key), {})
        there = next((b for b in stage.look().blocks if b.key == block.key), None)
        action = change.get("action")
        if action == "keep" and not change.get("conflict"):
            yield Finding("dropped", f"{block.key} is kept under a meeting and names no conflict")
        elif action == "move" and (not change.get("was") or there is None or there.uid != block.uid):
            yield Finding("dropped", f"{block.key} moved: was {change.get('was')}, uid {there and there.uid}")
        elif action not in {"keep", "move", "remove"}:
            yield Finding("dropped", f"{block.key}: {action!r}, exit {answer.code}")
        if action == "keep" and there:
            yield from _could_move(stage, block)
        yield from stage.others_as_before("dropped", block.key)
        before = stage.desk.raw
        answer = stage.desk.run(now + 10 * MINUTE)
        yield from nothing("dropped, again", answer, before, stage.desk.raw)


def _could_move(stage: Stage, block: Block) -> Iterator[Finding]:
    work = Worktime(stage.look())
    ours = [(b.start, b.end) for k, b in stage.blocks.items() if k != block.key]
    closed = {work.local_day(b.start) for k, b in stage.blocks.items()
              if k != block.key and k.startswith(("strategic/", "offsite/"))}  # fmt: skip
    first = monday(work.local_day(block.start))
    for day in work.week(first):
        earliest = stage.now + timedelta(hours=24, minutes=10)
        for slot in slots(work, day, 90, earliest, ours) if day not in closed else ():
            mates = [s for s in ours if work.local_day(s[0]) == day]
            if work.bookable(day) < 60 or work.bookable(day, [*mates, slot]) >= 60:
                yield Finding("dropped", f"{block.key} stays in conflict, yet {slot[0]} is free", sure=False)
                return


def rebalance(stage: Stage) -> Iterator[Finding]:
    """``rebalance`` moves blocks of its week only, and a second one changes nothing."""
    before = stage.desk.raw
    first = stage.desk.call("--json", "rebalance", "next", "-y", now=stage.now + 10 * MINUTE)
    if first.code:
        yield Finding("rebalance", f"exit {first.code}: {first.err.strip()[-200:]}")
        return
    yield from judge(before, first, stage.desk.raw, stage.now + 10 * MINUTE, fresh=False)
    chosen = monday(stage.work.local_day(stage.now)) + timedelta(weeks=1)
    for finding in stage.others_as_before("rebalance"):
        key = finding.text.split()[0]
        if key in stage.blocks and monday(stage.work.local_day(stage.blocks[key].start)) != chosen:
            yield finding
    before = stage.desk.raw
    second = stage.desk.call("--json", "rebalance", "next", "-y", now=stage.now + 20 * MINUTE)
    yield from nothing("rebalance, again", second, before, stage.desk.raw)
    if foreign_bytes(before) != foreign_bytes(stage.kept[stage.desk.calendar]) or not our_pieces(before):
        yield Finding("rebalance", "other people's bytes changed")
